using System.Runtime.InteropServices;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Tls.Session;

/// <summary>
/// Records that bring the application nothing: new keys (TLS 1.3) and handshakes that are refused (TLS 1.2). SSL_read goes on
/// with the next record after each, as long as the socket has any, in TLS 1.2 whatever SSL_MODE_AUTO_RETRY says: a peer that
/// sends them as fast as they are read would keep a loop for itself. So they are counted while they are read, and one too
/// many ends the session from within.
/// </summary>
internal sealed unsafe partial class SslSession
{
    /// <summary>
    /// How many may come for each record of data, and ahead of them. RFC 8446, section 4.6.3, knows no bound; this is BoringSSL's
    /// and rustls's, and what tlsfuzzer expects to be served.
    /// </summary>
    private const int MaxControlRecords = 32;

    /// <summary>Whose SSL_read the callbacks on this thread belong to.</summary>
    [ThreadStatic]
    private static SslSession? t_reading;

    private int _controlRecords;
    private int _mostControlRecords;
    private int _controlMessages;
    private bool _sawControlRecord;

    private bool IsFlooded => _controlRecords > _mostControlRecords || _controlMessages > MaxControlRecords;

    /// <summary>In TLS 1.3 OpenSSL tells of the first message by a callback that costs nothing until then, in TLS 1.2 only of records.</summary>
    private void WatchControlRecords()
    {
        // Of a record that the kernel has decrypted OpenSSL shows the header twice.
        _mostControlRecords = ReceivesByKernel ? 2 * MaxControlRecords : MaxControlRecords;
        if (OpenSsl.SSL_version(_sslByGate) == OpenSsl.TLS1_3_VERSION)
        {
            OpenSsl.SSL_set_info_callback(_sslByGate, &OnState);
        }
        else
        {
            OpenSsl.SSL_set_msg_callback(_sslByGate, &OnMessage);
        }
    }

    /// <summary>Sums a read up: the failure when there were too many control records.</summary>
    private IoResult? CheckControlRecords(bool hasData)
    {
        if (NativeFaults.Take() is { } fault)
        {
            return Fail(TlsFailure.Internal, fault);
        }

        if (IsFlooded)
        {
            // What OpenSSL has to say of it came about by the end from within.
            OpenSsl.ERR_clear_error();
            return Fail(TlsFailure.RecordFlood, "the peer sends records without data");
        }

        if (hasData)
        {
            _controlRecords = Math.Max(0, _controlRecords - (ReceivesByKernel ? 2 : 1));
            _controlMessages = Math.Max(0, _controlMessages - 1);
        }

        return null;
    }

    /// <summary>A message of the handshake layer has begun: from now on all are looked at.</summary>
    [UnmanagedCallersOnly]
    private static void OnState(nint ssl, int where, int result)
    {
        try
        {
            OpenSsl.SSL_set_info_callback(ssl, null);
            OpenSsl.SSL_set_msg_callback(ssl, &OnMessage);
        }
        catch (Exception failure)
        {
            NativeFaults.Note(failure);
        }
    }

    /// <summary>A record's header, or a message (SSL_CTX_set_msg_callback(3)).</summary>
    [UnmanagedCallersOnly]
    private static void OnMessage(int isWrite, int version, int contentType, byte* message, nuint length, nint ssl, nint argument)
    {
        try
        {
            if (isWrite == 0 && length > 0 && t_reading is { } session)
            {
                session.OnReceived(contentType, new ReadOnlySpan<byte>(message, (int)length));
            }
        }
        catch (Exception failure)
        {
            NativeFaults.Note(failure);
        }
    }

    private void OnReceived(int contentType, ReadOnlySpan<byte> message)
    {
        // The header says what is in a record of TLS 1.2; in TLS 1.3 it never does, and each message is shown. A message of TLS 1.2
        // is shown too, besides its records, which may be many: each is bounded by itself.
        if (contentType == OpenSsl.SSL3_RT_HEADER && message[0] != OpenSsl.SSL3_RT_APPLICATION_DATA)
        {
            _controlRecords++;
        }
        else if (contentType == OpenSsl.SSL3_RT_HANDSHAKE)
        {
            _controlMessages++;
        }
        else
        {
            return;
        }

        _sawControlRecord = true;
        if (IsFlooded)
        {
            // Whatever follows is thrown away unseen, and SSL_read returns (SSL_set_shutdown(3)).
            OpenSsl.SSL_set_shutdown(_sslByGate, OpenSsl.SSL_RECEIVED_SHUTDOWN);
        }

        // struct KeyUpdate (RFC 8446, section 4.6.3) behind the type and three bytes of length.
        if (SendsByKernel && contentType == OpenSsl.SSL3_RT_HANDSHAKE
            && message is [OpenSsl.SSL3_MT_KEY_UPDATE, _, _, _, OpenSsl.SSL_KEY_UPDATE_REQUESTED])
        {
            // What OpenSSL writes goes nowhere from now on: it would change its keys, and a second request makes it do so inside
            // SSL_read (statem_srvr.c), while the kernel keeps the old ones. Now, because SSL_read goes on with the next message.
            OpenSsl.SSL_set0_wbio(_sslByGate, DiscardBio.Create());
        }
    }
}

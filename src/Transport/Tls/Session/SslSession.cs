using System.Net.Security;
using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.Tls.Hosts;
using Aeronet.AspNetCore.Transport.Tls.Policies;

namespace Aeronet.AspNetCore.Transport.Tls.Session;

/// <summary>
/// One connection's SSL object, bound to its socket. One thread at a time is inside it: reading and writing one from two
/// threads is undefined. Closed once; calls after that answer <see cref="IoResult.Closed"/>.
/// </summary>
internal sealed unsafe partial class SslSession
{
    /// <summary>The most plaintext in one TLS record (RFC 8446, section 5.1).</summary>
    internal const int MaxRecord = OpenSsl.SSL3_RT_MAX_PLAIN_LENGTH;

    // Level warning, description close_notify (RFC 8446, section 6).
    private static readonly bool s_hidesPending = OpenSslLibrary.IsAtLeast(3, 2);
    private static readonly byte[] s_closeNotify = [1, 0];

    private readonly Lock _gate = new();
    private readonly SocketHandle _socket;
    private nint _sslByGate;
    private nint _readBio;
    private nint _writeBio;
    private ulong _received;
    private bool _holdsBytes = true;
    private bool _sentClose;
    private bool _failed;
    private bool _writeBlocked;
    private bool _inHandshakeByGate;
    private bool _closeAskedByGate;
    private int _threadsInside;

    private SslSession(nint ssl, SocketHandle socket)
    {
        _sslByGate = ssl;
        _socket = socket;
    }

    /// <summary>What broke the session first, for logs.</summary>
    internal string? Failure { get; private set; }

    /// <summary>What broke the session first, for counters.</summary>
    internal TlsFailure FailureKind { get; private set; }

    /// <summary>Whether the kernel encrypts what is sent.</summary>
    internal bool SendsByKernel { get; private set; }

    /// <summary>Whether the kernel decrypts what is received.</summary>
    internal bool ReceivesByKernel { get; private set; }

    /// <summary>How many bytes of the application OpenSSL has taken. The sender's alone.</summary>
    internal long Written { get; private set; }

    /// <summary>Whether there may be bytes behind the handshake's last message that came with it, and so make no event of their own.</summary>
    internal bool MayHaveMore { get; private set; }

    /// <summary>
    /// Set when the peer asked for new keys (RFC 8446, section 4.6.3) on a connection whose kernel cannot change them: OpenSSL
    /// must not write on it again, and it must end soon.
    /// </summary>
    internal bool KeysMustChange { get; private set; }

    /// <summary>
    /// Set when <see cref="Read"/> answered would-block for want of room to send, whatever there is to receive: to be called again when
    /// the socket is writable. An answer to a request for new keys (RFC 8446, section 4.6.3) must leave before OpenSSL reads on.
    /// </summary>
    internal bool ReadAwaitsRoom { get; private set; }

    /// <summary>Creates a session on a socket; null when OpenSSL or the socket refuses.</summary>
    /// <param name="context">That of the endpoint's own policy.</param>
    /// <param name="socket">The socket.</param>
    /// <param name="early">What somebody has received from the socket and left for the handshake.</param>
    internal static SslSession? TryCreate(TlsHostContext context, SocketHandle socket, ReadOnlySpan<byte> early)
    {
        OpenSsl.ERR_clear_error();
        var ssl = OpenSsl.SSL_new(context.Pointer);
        if (ssl == 0)
        {
            _ = OpenSslErrors.Take();
            return null;
        }

        if (!socket.Lend(ssl, static (ssl, fd) => OpenSsl.SSL_set_fd(ssl, fd) == 1))
        {
            _ = OpenSslErrors.Take();
            OpenSsl.SSL_free(ssl);
            return null;
        }

        OpenSsl.SSL_set_accept_state(ssl);
        SslAudit.Created();
        var session = new SslSession(ssl, socket);
        if ((context.MayUseKernel || session.TryGather()) && (early.IsEmpty || session.TryFeed(early)))
        {
            session.ReadWithFaults();
            return session;
        }

        _ = OpenSslErrors.Take();
        session.Close();
        return null;
    }

    /// <summary>
    /// One step of the handshake: 0 bytes when it is complete, would-block, or an errno with <see cref="Failure"/>, of which the peer has
    /// been told by then. One at a time
    /// is the caller's to see to. The gate is not held: OpenSSL may ask the application in the middle of it.
    /// </summary>
    internal IoResult Handshake(out bool wantsWrite)
    {
        wantsWrite = false;
        lock (_gate)
        {
            if (_sslByGate == 0 || _inHandshakeByGate || !_socket.TryUse())
            {
                return IoResult.Closed;
            }

            _inHandshakeByGate = true;
        }

        SslAudit.Enter(ref _threadsInside);
        try
        {
            return StepHandshake(out wantsWrite);
        }
        finally
        {
            SslAudit.Leave(ref _threadsInside);
            _socket.EndUse();
            lock (_gate)
            {
                _inHandshakeByGate = false;
                if (_closeAskedByGate)
                {
                    Free();
                }
            }
        }
    }

    private IoResult StepHandshake(out bool wantsWrite)
    {
        wantsWrite = false;
        if (_failed)
        {
            // OpenSSL is not called any more: the alert was still to leave.
            var left = FlushHeld();
            wantsWrite = left.IsWouldBlock;
            return left.IsSuccess ? IoResult.FromErrno(Errno.ECONNRESET) : left;
        }

        var bio = OpenSsl.SSL_get_rbio(_sslByGate);
        var receivedBefore = OpenSsl.BIO_number_read(bio);
        Gather(true);
        OpenSsl.ERR_clear_error();
        var result = OpenSsl.SSL_do_handshake(_sslByGate);
        if (result != 1 && TryTurnToSocket(result))
        {
            OpenSsl.ERR_clear_error();
            result = OpenSsl.SSL_do_handshake(_sslByGate);
        }

        var outcome = result == 1 ? IoResult.FromBytes(0) : Judge(result, out wantsWrite);
        Gather(false);
        if (NativeFaults.Take() is { } fault)
        {
            return Fail(TlsFailure.Internal, fault);
        }

        if (result != 1 || OpenSsl.SSL_version(_sslByGate) != OpenSsl.TLS1_3_VERSION)
        {
            // The flight, or the alert. Only a ticket behind the client's last message may wait: nobody waits for it.
            var flushed = FlushHeld();
            wantsWrite |= flushed.IsWouldBlock;
            if (outcome.IsWouldBlock ? !flushed.IsSuccess : _failed && flushed.IsWouldBlock)
            {
                outcome = flushed;
            }
        }

        if (result == 1)
        {
            OnEstablished();
            var received = OpenSsl.BIO_number_read(_readBio);
            var hasReceived = received != (_readBio == bio ? receivedBefore : 0);

            // With read-ahead a receive that left room has emptied the socket; without, it asked for no more than a record. Since 3.2
            // OpenSSL does not say what it keeps from before the keys changed.
            MayHaveMore = _out is null || s_hidesPending || !hasReceived || received >= MaxRecord || OpenSsl.SSL_has_pending(_sslByGate) == 1;
        }
        else if (outcome.IsSuccess || FailureKind == TlsFailure.Truncated)
        {
            // A close_notify or a FIN in the middle. Whatever was agreed on so far is not a session.
            FailureKind = TlsFailure.None;
            return Fail(TlsFailure.PeerClosed, "the peer closed the connection");
        }

        if (_failed && OpenSsl.SSL_get_verify_result(_sslByGate) is var refusal and not OpenSsl.X509_V_OK)
        {
            Failure += $" ({OpenSslErrors.DescribeVerdict(refusal)})";
            if (FailureKind == TlsFailure.BadCertificate)
            {
                FailureKind = TlsFailures.OfVerdict((int)refusal);
            }
        }

        return outcome;
    }

    private void OnEstablished()
    {
        _writeBio = OpenSsl.SSL_get_wbio(_sslByGate);
        SendsByKernel = OpenSsl.BIO_ctrl(_writeBio, OpenSsl.BIO_CTRL_GET_KTLS_SEND, 0, 0) == 1;
        _readBio = OpenSsl.SSL_get_rbio(_sslByGate);
        ReceivesByKernel = OpenSsl.BIO_ctrl(_readBio, OpenSsl.BIO_CTRL_GET_KTLS_RECV, 0, 0) == 1;
        if (!ReceivesByKernel)
        {
            // Read relies on it to know that the socket is empty.
            OpenSsl.SSL_set_read_ahead(_sslByGate, 1);
        }

        WatchControlRecords();
    }

    /// <summary>
    /// Reads plaintext out of at most one record. 0 bytes is the peer's close_notify. The socket is known to be empty
    /// (<paramref name="mayHaveMore"/> false) when all the call received is out and the receive left room.
    /// </summary>
    internal IoResult Read(Span<byte> buffer, out bool mayHaveMore)
    {
        mayHaveMore = false;
        lock (_gate)
        {
            if (_sslByGate == 0 || _failed || _inHandshakeByGate || !_socket.TryUse())
            {
                return IoResult.Closed;
            }

            SslAudit.Enter(ref _threadsInside);
            try
            {
                return StepRead(buffer, out mayHaveMore);
            }
            finally
            {
                t_reading = null;
                SslAudit.Leave(ref _threadsInside);
                _socket.EndUse();
            }
        }
    }

    private IoResult StepRead(Span<byte> buffer, out bool mayHaveMore)
    {
        mayHaveMore = false;
        ReadAwaitsRoom = _writeBlocked && OpenSsl.SSL_get_key_update_type(_sslByGate) != OpenSsl.SSL_KEY_UPDATE_NONE;
        if (ReadAwaitsRoom)
        {
            // The answer goes out with the next write. Another request would have it sent here and now, and OpenSSL fails where that
            // meets a write that has not found room.
            return IoResult.FromErrno(Errno.EAGAIN);
        }

        var wantsWrite = false;
        _sawControlRecord = false;
        nuint read;
        int result;
        t_reading = this;
        fixed (byte* pointer = buffer)
        {
            OpenSsl.ERR_clear_error();
            result = OpenSsl.SSL_read_ex(_sslByGate, pointer, (nuint)buffer.Length, &read);
        }

        // First: what a call comes to that was ended from within is not OpenSSL's verdict.
        var outcome = CheckControlRecords(result == 1) ?? (result == 1 ? IoResult.FromBytes((long)read) : Judge(result, out wantsWrite));
        if (result == 1)
        {
            // Only a call that began with an empty buffer knows: it asked the socket for all the buffer takes, which is
            // more than a record, so fewer bytes emptied it (bytes on the wire: a record may be nearly all overhead). A
            // call that goes on with a record asks for its rest and no more; one that receives nothing cannot tell
            // whether an event of the meantime was for more; and where small records were agreed on (RFC 6066, section 4) a
            // record may fill the buffer together with control records.
            var received = OpenSsl.BIO_number_read(_readBio);
            var emptied = !_holdsBytes && received - _received < MaxRecord && !_sawControlRecord;
            _received = received;
            _holdsBytes = OpenSsl.SSL_has_pending(_sslByGate) == 1;
            mayHaveMore = ReceivesByKernel || _holdsBytes || !emptied;
        }
        else if (outcome.IsWouldBlock)
        {
            // Not SSL_has_pending: it does not count the header of a record that has begun.
            var received = OpenSsl.BIO_number_read(_readBio);
            _holdsBytes |= received != _received;
            _received = received;
            ReadAwaitsRoom = wantsWrite;
        }

        // Also when the request for new keys came alone and there was nothing else to read.
        KeysMustChange |= SendsByKernel && OpenSsl.SSL_get_wbio(_sslByGate) != _writeBio;
        return outcome;
    }

    /// <summary>
    /// Encrypts and sends until everything is taken or the socket is full. With <paramref name="more"/> the last records may wait for
    /// what follows at once.
    /// </summary>
    internal IoResult Write(ReadOnlySpan<byte> buffer, bool more = false)
    {
        lock (_gate)
        {
            if (_sslByGate == 0 || _failed || _inHandshakeByGate || !_socket.TryUse())
            {
                return IoResult.Closed;
            }

            SslAudit.Enter(ref _threadsInside);
            try
            {
                return StepWrite(buffer, more);
            }
            finally
            {
                SslAudit.Leave(ref _threadsInside);
                _socket.EndUse();
            }
        }
    }

    private IoResult StepWrite(ReadOnlySpan<byte> buffer, bool more)
    {
        var total = 0L;
        var outcome = IoResult.FromBytes(0);
        fixed (byte* pointer = buffer)
        {
            while (total < buffer.Length)
            {
                // One record a call. A call that goes on with a record which had found no room would begin the next one too; when that
                // finds none, OpenSSL wants all the bytes of the call again, told of none of them, and what follows may be cut elsewhere
                // by then.
                var next = Math.Min(MaxRecord, buffer.Length - total);

                // Full records that follow each other leave one by one: gathered they cost more, measured by files.
                Gather(more && next == buffer.Length - total);
                nuint written;
                OpenSsl.ERR_clear_error();
                var result = OpenSsl.SSL_write_ex(_sslByGate, pointer + total, (nuint)next, &written);
                _writeBlocked = false;
                if (result != 1)
                {
                    outcome = Judge(result, out _writeBlocked);
                    if (outcome.IsSuccess)
                    {
                        // After the peer's close_notify SSL_get_error(3) names that for every failure, which at a write is the socket's.
                        outcome = FailToSend(Errno.EPIPE);
                    }

                    break;
                }

                total += (long)written;
                Written += (long)written;
            }
        }

        Gather(false);

        return total > 0 && (outcome.IsSuccess || outcome.IsWouldBlock) ? IoResult.FromBytes(total) : outcome;
    }

    /// <summary>
    /// Sends close_notify if nothing fatal has happened (RFC 8446, section 6.1). Never waits: would-block when the socket is
    /// full, and then it must be called again when there is room. Success when there is nothing to send or no way to.
    /// </summary>
    internal IoResult SendClose()
    {
        lock (_gate)
        {
            if (_sslByGate == 0 || _failed || _sentClose || _inHandshakeByGate || !_socket.TryUse())
            {
                return IoResult.FromBytes(0);
            }

            SslAudit.Enter(ref _threadsInside);
            try
            {
                var outcome = KeysMustChange ? _socket.SendTlsRecord(OpenSsl.SSL3_RT_ALERT, s_closeNotify) : Shutdown();
                _sentClose = !outcome.IsWouldBlock;
                return outcome.IsWouldBlock ? outcome : IoResult.FromBytes(0);
            }
            finally
            {
                SslAudit.Leave(ref _threadsInside);
                _socket.EndUse();
            }
        }
    }

    /// <summary>What the handshake agreed on. Only after it.</summary>
    internal TlsAgreement Describe()
    {
        lock (_gate)
        {
            if (_sslByGate == 0 || _inHandshakeByGate)
            {
                return default;
            }

            var version = OpenSsl.SSL_version(_sslByGate);
            var resumed = OpenSsl.SSL_session_reused(_sslByGate) == 1;
            byte* protocol;
            uint length;
            OpenSsl.SSL_get0_alpn_selected(_sslByGate, &protocol, &length);
            return new TlsAgreement
            {
                Version = version,
                CipherSuite = (TlsCipherSuite)OpenSsl.SSL_CIPHER_get_protocol_id(OpenSsl.SSL_get_current_cipher(_sslByGate)),
                ApplicationProtocol = TlsAgreement.ProtocolOf(new ReadOnlySpan<byte>(protocol, (int)length)),

                // TLS 1.2 resumes without a key exchange; OpenSSL tells the group of the session's first handshake.
                Group = resumed && version == OpenSsl.TLS1_2_VERSION ? 0 : KeyExchangeGroups.Of(_sslByGate),
                Resumed = resumed,
                ClientCertificate = ClientCertificate(),
            };
        }
    }

    /// <summary>In builds that can inject faults alone: what is received may have some.</summary>
    partial void ReadWithFaults();

    /// <summary>Frees the SSL object, at once or after the step of the handshake that is being taken. Idempotent.</summary>
    internal void Close()
    {
        lock (_gate)
        {
            _closeAskedByGate = true;
            if (!_inHandshakeByGate)
            {
                Free();
            }
        }
    }

    private void Free()
    {
        if (_sslByGate != 0)
        {
            SslAudit.Enter(ref _threadsInside);
            OpenSsl.SSL_free(_sslByGate);
            _sslByGate = 0;
            _out?.Drop();
            SslAudit.Freed();
            SslAudit.Leave(ref _threadsInside);
        }
    }

    private byte[]? ClientCertificate()
    {
        var certificate = OpenSsl.SSL_get1_peer_certificate(_sslByGate);
        if (certificate == 0)
        {
            return null;
        }

        var der = X509Handle.Encode(certificate);
        OpenSsl.X509_free(certificate);
        return der;
    }

    private IoResult Shutdown()
    {
        OpenSsl.ERR_clear_error();

        // The rest of an answer to a request for new keys goes first; SSL_shutdown refuses in the middle of it.
        var result = _writeBlocked || ReadAwaitsRoom ? OpenSsl.SSL_do_handshake(_sslByGate) : 1;
        if (result == 1)
        {
            result = OpenSsl.SSL_shutdown(_sslByGate);
        }

        return result < 0 ? Judge(result, out _) : IoResult.FromBytes(0);
    }
}

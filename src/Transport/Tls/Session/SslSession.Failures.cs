using System.Runtime.InteropServices;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Tls.Session;

/// <content>What a call that did not succeed comes to, and what broke the session first.</content>
internal sealed unsafe partial class SslSession
{
    /// <summary>Sorts a call's failure. Must follow the call at once: it reads the thread's error queue and errno.</summary>
    private IoResult Judge(int result, out bool wantsWrite)
    {
        var errno = OpenSslErrors.SystemError;
        if (NativeFaults.Take() is { } fault)
        {
            wantsWrite = false;
            return Fail(TlsFailure.Internal, fault);
        }

        if (_out?.TakeErrno() is { } sending and not 0)
        {
            // What the runtime does on the way out of a callback may change the thread's.
            errno = sending;
        }

        var error = OpenSsl.SSL_get_error(_sslByGate, result);
        wantsWrite = error == OpenSsl.SSL_ERROR_WANT_WRITE;
        switch (error)
        {
            case OpenSsl.SSL_ERROR_WANT_READ:
            case OpenSsl.SSL_ERROR_WANT_WRITE:
            case OpenSsl.SSL_ERROR_WANT_CLIENT_HELLO_CB:
                return IoResult.FromErrno(Errno.EAGAIN);
            case OpenSsl.SSL_ERROR_ZERO_RETURN:
                if (OpenSsl.BIO_ctrl(OpenSsl.SSL_get_rbio(_sslByGate), OpenSsl.BIO_CTRL_EOF, 0, 0) == 1)
                {
                    // The socket's end and not a close_notify: what was received may be truncated. Writing goes on, for a
                    // peer that has only finished sending still wants its response.
                    FailureKind = TlsFailure.Truncated;
                    Failure = "the peer closed without close_notify";
                    return IoResult.FromErrno(Errno.ECONNRESET);
                }

                return IoResult.FromBytes(0);
            default:
                var failure = OpenSslErrors.Take(out var reason);
                if (failure is not null)
                {
                    return Fail(reason == 0 ? TlsFailure.Internal : TlsFailures.Of(reason), failure);
                }

                return errno == 0 ? Fail(TlsFailure.PeerClosed, "unexpected end of stream") : FailToSend(errno);
        }
    }

    private IoResult FailToSend(int errno) =>
        Fail(TlsFailure.PeerReset, Marshal.GetPInvokeErrorMessage(errno), errno is Errno.EPIPE ? errno : Errno.ECONNRESET);

    // After a fatal error no further call may be made on the object (SSL_get_error(3)).
    private IoResult Fail(TlsFailure kind, string failure, int errno = Errno.ECONNRESET)
    {
        _failed = true;
        if (FailureKind == TlsFailure.None)
        {
            FailureKind = kind;
            Failure = failure;
        }

        return IoResult.FromErrno(errno);
    }
}

using System.Net.Sockets;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>
/// Asks OpenSSL whether it hands connections to the kernel. There is no function that tells how a library was built
/// (enable-ktls), so a handshake is made, anonymous for want of a certificate. Where the kernel has TLS, and at start only.
/// </summary>
internal static class OpenSslKtlsProbe
{
    private const string AnonymousCipher = "ADH-AES128-GCM-SHA256:@SECLEVEL=0";
    private const int Steps = 200;

    /// <summary>True also when the handshake is impossible here and there is no answer.</summary>
    internal static bool Ask()
    {
        var (one, other) = KernelTlsProbe.ConnectPair();
        using (one)
        using (other)
        using (var serverContext = CreateContext(OpenSsl.TLS_server_method()))
        using (var clientContext = CreateContext(OpenSsl.TLS_client_method()))
        {
            one.Blocking = other.Blocking = false;
            var server = Create(serverContext, one);
            var client = Create(clientContext, other);
            var answer = true;
            if (server != 0 && client != 0)
            {
                OpenSsl.SSL_set_accept_state(server);
                OpenSsl.SSL_set_connect_state(client);
                answer = !Handshake(server, client, one)
                    || OpenSsl.BIO_ctrl(OpenSsl.SSL_get_wbio(server), OpenSsl.BIO_CTRL_GET_KTLS_SEND, 0, 0) == 1;
            }

            OpenSsl.SSL_free(server);
            OpenSsl.SSL_free(client);
            _ = OpenSslErrors.Take();
            return answer;
        }
    }

    private static SslContextHandle CreateContext(nint method)
    {
        OpenSsl.ERR_clear_error();
        var context = new SslContextHandle(OpenSsl.SSL_CTX_new(method));
        if (!context.IsInvalid)
        {
            OpenSsl.SSL_CTX_set_options(context.Pointer, OpenSsl.SSL_OP_ENABLE_KTLS);
            OpenSsl.SSL_CTX_ctrl(context.Pointer, OpenSsl.SSL_CTRL_SET_MAX_PROTO_VERSION, OpenSsl.TLS1_2_VERSION, 0);
            OpenSsl.SSL_CTX_ctrl(context.Pointer, OpenSsl.SSL_CTRL_SET_DH_AUTO, 1, 0);
            _ = OpenSsl.SSL_CTX_set_cipher_list(context.Pointer, AnonymousCipher);
        }

        return context;
    }

    private static nint Create(SslContextHandle context, Socket socket)
    {
        var ssl = context.IsInvalid ? 0 : OpenSsl.SSL_new(context.Pointer);
        if (ssl != 0)
        {
            _ = OpenSsl.SSL_set_fd(ssl, (int)socket.Handle);
        }

        return ssl;
    }

    private static bool Handshake(nint server, nint client, Socket socket)
    {
        for (var step = 0; step < Steps; step++)
        {
            if (OpenSsl.SSL_do_handshake(client) == 1 & OpenSsl.SSL_do_handshake(server) == 1)
            {
                return true;
            }

            socket.Poll(TimeSpan.FromMilliseconds(1), SelectMode.SelectRead);
        }

        return false;
    }
}

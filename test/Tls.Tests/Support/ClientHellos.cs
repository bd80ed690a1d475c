using System.Net.Security;
using System.Security.Authentication;

namespace Aeronet.AspNetCore.Tls.Tests.Support;

/// <summary>A real ClientHello, for tests that send it in pieces or not to its end.</summary>
internal static class ClientHellos
{
    public static byte[] Capture(SslProtocols version = SslProtocols.None)
    {
        using var wire = new CaptureStream();
        using var tls = new SslStream(wire);
        try
        {
            tls.AuthenticateAsClient(new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = version });
        }
        catch (IOException)
        {
            // Nobody answers: only the hello was wanted.
        }

        return wire.Written.ToArray();
    }

    private sealed class CaptureStream : Stream
    {
        public MemoryStream Written { get; } = new();

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => 0;

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => Written.Write(buffer, offset, count);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                Written.Dispose();

            base.Dispose(disposing);
        }
    }
}

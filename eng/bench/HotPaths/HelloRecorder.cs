using System.Net.Security;

namespace HotPaths;

/// <summary>Has OpenSSL begin a handshake with nobody, and keeps what it says.</summary>
internal sealed class HelloRecorder : MemoryStream
{
    private const int RecordHeader = 5;

    /// <summary>A ClientHello without its record's header.</summary>
    public static byte[] Record()
    {
        using var recorder = new HelloRecorder();
        using var client = new SslStream(recorder, leaveInnerStreamOpen: true);
        try
        {
            client.AuthenticateAsClient(new SslClientAuthenticationOptions
            {
                TargetHost = "www.example.com",
                ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
            });
        }
        catch (IOException)
        {
            // Nobody answered.
        }

        return recorder.ToArray()[RecordHeader..];
    }

    public override int Read(Span<byte> buffer) => 0;

    public override int Read(byte[] buffer, int offset, int count) => 0;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(0);
}

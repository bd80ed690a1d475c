using System.Text;
using Aeronet.AspNetCore.Transport.Configuration;

namespace Aeronet.AspNetCore.Tls.Tests.Configuration;

/// <summary>What was read of a key's file does not stay in memory.</summary>
public sealed class KeyTextTests
{
    [Fact]
    public void Text_WipedWhenDisposed()
    {
        var pem = PemText.Decode(Encoding.ASCII.GetBytes("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"));
        var text = pem.Text;
        Assert.Equal('-', text[0]);

        pem.Dispose();

        Assert.Equal(-1, text.IndexOfAnyExcept('\0'));
    }
}

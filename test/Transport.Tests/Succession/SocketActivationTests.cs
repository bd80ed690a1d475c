using Aeronet.AspNetCore.Transport.Succession;

namespace Aeronet.AspNetCore.Transport.Tests.Succession;

/// <summary>What sd_listen_fds(3) and sd_listen_fds_with_names(3) make of the variables.</summary>
public sealed class SocketActivationTests
{
    [Theory]
    [InlineData("7", "2", "http:https", "3=http 4=https")]
    [InlineData("7", "1", null, "3=unknown")]
    [InlineData("7", "2", "http", "3=unknown 4=unknown")]
    [InlineData("7", "2", ":", "3= 4=")]
    [InlineData("7", "0", "", "")]
    [InlineData("8", "2", "http:https", "")]
    [InlineData(null, "2", "http:https", "")]
    [InlineData("7", null, "http", "")]
    [InlineData("7", "-1", "http", "")]
    [InlineData("7", "2000000000", "http", "")]
    [InlineData("seven", "1", "http", "")]
    public void Variables_Parsed(string? process, string? count, string? names, string expected) =>
        Assert.Equal(expected, string.Join(' ', SocketActivation
            .Parse(7, name => name switch { "LISTEN_PID" => process, "LISTEN_FDS" => count, "LISTEN_FDNAMES" => names, _ => null })
            .Select(socket => $"{socket.Descriptor}={socket.Name}")));
}

using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Tls.Tests.Admission;

/// <summary>Limits are read, and what cannot be one fails the start in one line.</summary>
public sealed class AdmissionOptionTests : IDisposable
{
    private readonly TempFiles _files = new();

    [Theory]
    [InlineData("MaxConcurrentHandshakes=-1", "MaxConcurrentHandshakes is -1: use 1 to 1000000, or 0 for no limit.")]
    [InlineData("MaxConcurrentHandshakes=many", "MaxConcurrentHandshakes is 'many': use a whole number.")]
    [InlineData("HandshakesPerSecond=0.001", "HandshakesPerSecond is 0.001: use 0.01 to 1000000, or 0 for no limit.")]
    [InlineData("HandshakesPerSecond=1e9", "HandshakesPerSecond is '1e9': use a number such as 100 or 0.5.")]
    [InlineData("HandshakesPerSecond=NaN", "HandshakesPerSecond is NaN: use 0.01 to 1000000, or 0 for no limit.")]
    [InlineData("Burst=5", "HandshakesPerSecond is 0, and Burst is 5: set both, or there is no limit.")]
    [InlineData("HandshakesPerSecond=5\nAeronet:Tls:Admission:Burst=-5", "Burst is -5: use 1 to 1000000, or 0 for the handshakes of one second.")]
    [InlineData("MaxConcurrentHandshakesPerClient=1000001", "MaxConcurrentHandshakesPerClient is 1000001: use 1 to 1000000, or 0 for no limit.")]
    [InlineData("HandshakesPerSecondPerClient=-1", "HandshakesPerSecondPerClient is -1: use 0.01 to 1000000, or 0 for no limit.")]
    [InlineData("BurstPerClient=5", "HandshakesPerSecondPerClient is 0, and BurstPerClient is 5: set both, or there is no limit.")]
    [InlineData("IPv4PrefixLength=33", "IPv4PrefixLength is 33: use 8 to 32 bits.")]
    [InlineData("IPv6PrefixLength=8", "IPv6PrefixLength is 8: use 16 to 128 bits.")]
    [InlineData("OnExceeded=Drop", "OnExceeded is 'Drop': use Wait or Refuse.")]
    [InlineData("WaitTimeout=00:01:00", "WaitTimeout is 00:01:00: use 00:00:00.01 to 00:00:30.")]
    [InlineData("WaitTimeout=5", "WaitTimeout is '5': use a time such as 00:00:10 (hours:minutes:seconds).")]
    [InlineData("MaxWaiting=-1", "MaxWaiting is -1: use 0 to 100000.")]
    [InlineData("MaxConcurrentHandshake=5", "MaxConcurrentHandshake is not an option: did you mean MaxConcurrentHandshakes?")]
    public async Task Mistake_FailsStart_InOneLine(string line, string message)
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => ConfiguredHost.StartAsync(Configuration(line)));

        Assert.True(failure is OptionsValidationException or InvalidOperationException, failure.ToString());
        Assert.Equal($"Aeronet:Tls:Admission:{message}", failure.Message);
    }

    [Fact]
    public async Task MistakeInCode_FailsStart_InOneLine()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => AdmissionHost.StartAsync(limits => limits.OnExceeded = (TlsAdmissionExceeded)7));

        Assert.Equal("TLS option Admission.OnExceeded is 7: use Wait or Refuse.", failure.Message);
    }

    [Fact]
    public async Task Limits_OfConfiguration_Hold()
    {
        await using var host = await ConfiguredHost.StartAsync(Configuration(
            "HandshakesPerSecondPerClient=0.01\nAeronet:Tls:Admission:BurstPerClient=1\nAeronet:Tls:Admission:OnExceeded=refuse"));

        Assert.True(await AdmissionHost.TryHandshakeAsync(host));
        Assert.False(await AdmissionHost.TryHandshakeAsync(host));
        Assert.Equal(1, AdmissionHost.Rejected(host, "client_rate"));
        var entry = Assert.Single(host.Logs.From("Aeronet.AspNetCore.Transport"), entry => entry.EventId.Id == 70);
        Assert.Contains($":{host.Port} are refused: Aeronet:Tls:Admission:HandshakesPerSecondPerClient is reached. 1 since", entry.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _files.Dispose();

    private string Configuration(string line) => $"""
        Aeronet:Tls:Certificate:Path={_files.WriteCertificate("site.pem", Certificates.Ecdsa)}
        Aeronet:Tls:Certificate:KeyPath={_files.WriteKey("site.key", Certificates.Ecdsa)}
        Aeronet:Tls:Admission:{line}
        """;
}

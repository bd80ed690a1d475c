using Aeronet.AspNetCore.Middleware.Tests.Schema;

namespace Aeronet.AspNetCore.Middleware.Tests.Health;

/// <summary>A wrong setting stops the start with a line that names it.</summary>
public sealed class OptionsTests
{
    [Theory]
    [InlineData("Port", "65536", "Aeronet:Health:Port is 65536: use 1 to 65535, or 0 for none.")]
    [InlineData("StuckAfter", "00:00:00", "Aeronet:Health:StuckAfter is 00:00:00: use 00:00:01 to 01:00:00.")]
    [InlineData("CertificateWarning", "366.00:00:00", "Aeronet:Health:CertificateWarning is 366.00:00:00: use 00:00:00 to 365.00:00:00.")]
    [InlineData("Details", "yes", "Aeronet:Health:Details is 'yes': use true or false.")]
    public void Value_Wrong_MessageNamesKeyValueAndRemedy(string key, string value, string message) =>
        Assert.Equal([message], SettingsProbe.FailuresOf(new Dictionary<string, string?> { [$"Aeronet:Health:{key}"] = value }));

    [Fact]
    public void Key_Unknown_Refused() =>
        Assert.Contains("Aeronet:Health:Ports", Assert.Single(SettingsProbe.FailuresOf(new Dictionary<string, string?> { ["Aeronet:Health:Ports"] = "1" })), StringComparison.Ordinal);
}

using System.Globalization;
using Aeronet.AspNetCore.Transport.Tests.Support;

namespace Aeronet.AspNetCore.Transport.Tests.Configuration;

/// <summary>docs/options.md says what the code does.</summary>
public sealed class DocumentationTests
{
    private static Dictionary<string, string> Defaults =>
        Repository.Table("docs/options.md", "## Aeronet:Transport", "| key |").ToDictionary(row => row[0].Trim('`'), row => row[1].Trim('`'));

    [Fact]
    public void Table_NamesEveryOptionAndNoOther() =>
        Assert.Equal(typeof(AeronetTransportOptions).GetProperties().Select(p => p.Name).Order(), Defaults.Keys.Order());

    [Fact]
    public void Table_DefaultsAreTheCodes()
    {
        var actual = new AeronetTransportOptions();
        foreach (var property in typeof(AeronetTransportOptions).GetProperties())
        {
            var value = property.GetValue(actual);
            var text = property.Name switch
            {
                nameof(actual.EventLoops) => "one per core",
                nameof(actual.HandOver) => "none",
                nameof(actual.UnixFileMode) => "none: the umask decides",
                _ when value is bool flag => flag ? "true" : "false",
                _ when value is TimeSpan time => time.ToString(time.Milliseconds == 0 ? @"hh\:mm\:ss" : @"hh\:mm\:ss\.fff", CultureInfo.InvariantCulture),
                _ => Convert.ToString(value, CultureInfo.InvariantCulture),
            };
            Assert.Equal($"{property.Name} = {text}", $"{property.Name} = {Defaults[property.Name]}");
        }
    }

    [Fact]
    public async Task UnixFileMode_TheDocumentedExample_Binds()
    {
        var row = Repository.Table("docs/options.md", "## Aeronet:Transport", "| key |").Single(row => row[0] == "`UnixFileMode`");
        var example = row[^1].Split('"')[1];

        var options = await ConfiguredOptions.ReadAsync(ConfiguredOptions.CreateBuilder(("UnixFileMode", example)));

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite, options.UnixFileMode);
    }
}

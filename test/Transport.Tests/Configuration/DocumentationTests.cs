using Aeronet.AspNetCore.Transport.Tests.Support;

namespace Aeronet.AspNetCore.Transport.Tests.Configuration;

/// <summary>What docs/configuration.md gives as an example can be written so.</summary>
public sealed class DocumentationTests
{
    [Fact]
    public async Task UnixFileMode_TheDocumentedExamples_Bind()
    {
        var row = Repository.Table("docs/configuration.md", "## Aeronet:Transport", "| key |").Single(row => row[0] == "`UnixFileMode`");

        foreach (var example in row[^1].Split('`').Where((_, index) => index % 2 == 1))
        {
            var options = await ConfiguredOptions.ReadAsync(ConfiguredOptions.CreateBuilder(("UnixFileMode", example)));

            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite, options.UnixFileMode);
        }
    }
}

namespace Aeronet.AspNetCore.Middleware.Tests.Schema;

/// <summary>The schema files in the sources say what the options types say. AERONET_WRITE_DOCS=1 writes them anew.</summary>
public sealed class SchemaFileTests
{
    /// <summary>The schema of everything, for editors that are told of it by "$schema".</summary>
    internal const string All = "src/Middleware/aeronet.schema.json";

    [Theory]
    [InlineData("Transport")]
    [InlineData("StaticFiles")]
    [InlineData("Middleware")]
    public void PackageSchema_IsThatOfTheTypes(string package) =>
        Compare($"src/{package}/ConfigurationSchema.json", SchemaWriter.OfPackage(package));

    [Fact]
    public void WholeSchema_IsThatOfTheTypes() => Compare(All, SchemaWriter.OfAll());

    private static void Compare(string path, string expected)
    {
        if (Environment.GetEnvironmentVariable("AERONET_WRITE_DOCS") == "1")
        {
            File.WriteAllText(Path.Combine(Repository.Root, path), expected);
        }

        Assert.Equal(expected, File.Exists(Path.Combine(Repository.Root, path)) ? Repository.Read(path) : "");
    }
}

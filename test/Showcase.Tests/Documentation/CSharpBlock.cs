using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Aeronet.AspNetCore.Showcase.Tests.Documentation;

/// <summary>
/// C# of the documentation, as a program: its statements are the program's, its types follow them. A whole program, which makes its own
/// builder, gets the usings of the Web SDK and no more. A fragment gets those of this repository, too, and the names below.
/// </summary>
internal static class CSharpBlock
{
    private static readonly string[] s_webSdk =
    [
        "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Net.Http.Json", "System.Threading",
        "System.Threading.Tasks", "Microsoft.AspNetCore.Builder", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Http",
        "Microsoft.AspNetCore.Routing", "Microsoft.Extensions.Configuration", "Microsoft.Extensions.DependencyInjection",
        "Microsoft.Extensions.Hosting", "Microsoft.Extensions.Logging",
    ];

    private static readonly string[] s_ofFragments =
    [
        "System.Net", "System.Security.Authentication", "System.Security.Cryptography.X509Certificates", "Microsoft.AspNetCore.Connections",
        "Aeronet.AspNetCore.Transport", "Aeronet.AspNetCore.StaticFiles", "Aeronet.AspNetCore.Middleware",
    ];

    // What a reader has at hand where the text around a fragment has put him. What the fragment declares itself hides it.
    private const string Given = """
        global using static Given;

        static class Given
        {
            public static Microsoft.AspNetCore.Builder.WebApplicationBuilder builder = null!;
            public static Microsoft.AspNetCore.Builder.WebApplication app = null!;
            public static Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions kestrel = null!;
            public static Microsoft.AspNetCore.Server.Kestrel.Core.ListenOptions listen = null!;
            public static Microsoft.Extensions.Configuration.IConfiguration configuration = null!;
            public static System.Security.Cryptography.X509Certificates.X509Certificate2 certificate = null!;
            public static Aeronet.AspNetCore.StaticFiles.AeronetStaticFileOptions files = null!;
        }
        """;

    private static readonly ImmutableArray<MetadataReference> s_references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => !Path.GetFileName(path).StartsWith("xunit.", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>What the compiler says is wrong with it, by page and line.</summary>
    public static IReadOnlyList<string> ErrorsOf(CodeFence fence)
        => [.. Compile(fence).GetDiagnostics().Where(IsError).Select(error => $"{error.Location.GetMappedLineSpan()}: {error.Id}: {error.GetMessage(CultureInfo.InvariantCulture)}")];

    /// <summary>The program.</summary>
    public static CSharpCompilation Compile(CodeFence fence)
    {
        var usings = string.Concat(s_webSdk.Concat(IsWhole(fence) ? [] : s_ofFragments).Select(name => $"global using {name};\n"));
        var text = $"#line {fence.Line + 1} \"{fence.Page}\"\n{fence.Text}";
        return CSharpCompilation.Create(
            "Program",
            [CSharpSyntaxTree.ParseText(usings + (IsWhole(fence) ? "" : Given)), CSharpSyntaxTree.ParseText(text)],
            s_references,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
    }

    private static bool IsWhole(CodeFence fence) => fence.Text.Contains("WebApplication.Create", StringComparison.Ordinal);

    // A block of types alone has no statements to begin with.
    private static bool IsError(Diagnostic diagnostic) => diagnostic.Severity == DiagnosticSeverity.Error && diagnostic.Id != "CS5001";
}

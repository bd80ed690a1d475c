using System.Reflection;
using System.Runtime.InteropServices;
using Aeronet.AspNetCore.StaticFiles;
using Aeronet.AspNetCore.Transport;

namespace Aeronet.AspNetCore.Middleware.Tests.NativeImports;

/// <summary>
/// Every function of the C library that the packages import is there on glibc and on musl (Alpine), or is one that is asked for
/// first and done without. A name that is missing would be an exception in the middle of a request.
/// </summary>
public sealed class LibcImportTests
{
    private static readonly Assembly[] s_packages = [typeof(AeronetTransportOptions).Assembly, typeof(AeronetStaticFileOptions).Assembly, typeof(AeronetAccessLogOptions).Assembly];

    private static readonly Type s_libc = typeof(AeronetTransportOptions).Assembly.GetType("Aeronet.AspNetCore.Transport.Native.Libc", throwOnError: true)!;

    private static readonly string[] s_optional = Names("Optional");

    [Fact]
    public void Imports_OfGlibcHere_AreExported()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux.");
        Assert.SkipUnless(NativeLibrary.TryLoad("libc.so.6", out var glibc), "This C library is not glibc.");

        Assert.Empty(Imports().Where(import => !NativeLibrary.TryGetExport(glibc, import.Name, out _)));
    }

    [Fact]
    public void Imports_OfMusl_AreExported()
    {
        var musl = ReadMusl();
        Assert.Contains("sendfile", musl);
        Assert.DoesNotContain("sendfile64", musl);

        Assert.Empty(Imports().Where(import => !musl.Contains(import.Name) && !s_optional.Contains(import.Name)));
    }

    [Fact]
    public void Imports_OfTheTransport_AreThoseItLooksForAtStart()
    {
        var imported = Imports().Where(import => import.Assembly == s_packages[0]).Select(import => import.Name).Distinct().Order(StringComparer.Ordinal);

        Assert.Equal(imported, Names("Required").Concat(s_optional).Order(StringComparer.Ordinal));
    }

    private static IEnumerable<(Assembly Assembly, string Name)> Imports()
    {
        const BindingFlags All = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

        // What LibraryImport generates, a local function where it marshals, is a DllImport in the end.
        var imports = s_packages
            .SelectMany(assembly => assembly.GetTypes())
            .SelectMany(type => type.GetMethods(All))
            .Select(method => (method.Module.Assembly, Import: method.GetCustomAttribute<DllImportAttribute>()))
            .Where(method => method.Import?.Value.StartsWith("libc", StringComparison.Ordinal) == true && method.Import.Value != "libcrypto.so.3")
            .Select(method => (method.Assembly, method.Import!.EntryPoint!))
            .ToArray();
        Assert.Contains(imports, import => import.Item2 == "accept4");
        Assert.Contains(imports, import => import.Item2 == "inotify_init1");
        return imports;
    }

    private static string[] Names(string field) => (string[])s_libc.GetField(field, BindingFlags.Static | BindingFlags.NonPublic)!.GetValue(null)!;

    private static HashSet<string> ReadMusl()
    {
        using var reader = new StreamReader(typeof(LibcImportTests).Assembly.GetManifestResourceStream("musl.txt")!);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }
}

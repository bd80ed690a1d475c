using System.Reflection;
using System.Runtime.InteropServices;
using Aeronet.AspNetCore.StaticFiles;
using Aeronet.AspNetCore.Transport;

namespace Aeronet.AspNetCore.Middleware.Tests.NativeImports;

/// <summary>
/// Every native function that the packages import, of the C library (glibc and Alpine's musl) and of OpenSSL, is there, or is one that
/// is asked for first and done without. A name that is missing would be an exception in the middle of a request.
/// </summary>
public sealed class ImportTests
{
    private static readonly Assembly[] s_packages = [typeof(AeronetTransportOptions).Assembly, typeof(AeronetStaticFileOptions).Assembly, typeof(AeronetAccessLogOptions).Assembly];

    private static readonly Type s_libc = typeof(AeronetTransportOptions).Assembly.GetType("Aeronet.AspNetCore.Transport.Native.Libc", throwOnError: true)!;

    private static readonly string[] s_optional = Names("Optional");

    [Fact]
    public void Imports_OfGlibcHere_AreExported()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux.");
        Assert.SkipUnless(NativeLibrary.TryLoad("libc.so.6", out var glibc), "This C library is not glibc.");

        Assert.DoesNotContain(Imports(), import => !NativeLibrary.TryGetExport(glibc, import.Name, out _));
    }

    [Fact]
    public void Imports_OfMusl_AreExported()
    {
        var musl = ReadMusl();
        Assert.Contains("sendfile", musl);
        Assert.DoesNotContain("sendfile64", musl);

        Assert.DoesNotContain(Imports(), import => !musl.Contains(import.Name) && !s_optional.Contains(import.Name));
    }

    [Fact]
    public void Imports_OfTheTransport_AreThoseItLooksForAtStart()
    {
        var imported = Imports().Where(import => import.Assembly == s_packages[0]).Select(import => import.Name).Distinct().Order(StringComparer.Ordinal);

        Assert.Equal(imported, Names("Required").Concat(s_optional).Order(StringComparer.Ordinal));
    }

    /// <summary>OpenSSL keeps what a version 3 has for as long as there is a 3; so the oldest that these tests run with counts.</summary>
    [Fact]
    public void Imports_OfOpenSslHere_AreExported()
    {
        foreach (var library in new[] { "libcrypto.so.3", "libssl.so.3" })
        {
            Assert.SkipUnless(NativeLibrary.TryLoad(library, out var openSsl), $"{library} is not installed.");
            var imports = Imports(library).ToArray();
            Assert.NotEmpty(imports);
            Assert.DoesNotContain(imports, import => !NativeLibrary.TryGetExport(openSsl, import.Name, out _));
        }
    }

    private static IEnumerable<(Assembly Assembly, string Name)> Imports()
    {
        var imports = Imports("libc").ToArray();
        Assert.Contains(imports, import => import.Name == "accept4");
        Assert.Contains(imports, import => import.Name == "inotify_init1");
        return imports;
    }

    private static IEnumerable<(Assembly Assembly, string Name)> Imports(string library)
    {
        const BindingFlags All = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

        // What LibraryImport generates, a local function where it marshals, is a DllImport in the end.
        return s_packages
            .SelectMany(assembly => assembly.GetTypes())
            .SelectMany(type => type.GetMethods(All))
            .Select(method => (method.Module.Assembly, Import: method.GetCustomAttribute<DllImportAttribute>()))
            .Where(method => method.Import?.Value == library)
            .Select(method => (method.Assembly, method.Import!.EntryPoint!));
    }

    private static string[] Names(string field) => (string[])s_libc.GetField(field, BindingFlags.Static | BindingFlags.NonPublic)!.GetValue(null)!;

    private static HashSet<string> ReadMusl()
    {
        using var reader = new StreamReader(typeof(ImportTests).Assembly.GetManifestResourceStream("musl.txt")!);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }
}

using SharpFuzz;

namespace Aeronet.AspNetCore.Fuzz.Measuring;

/// <summary>Makes a copy of this program in which every branch of the product's assemblies says that it is taken.</summary>
internal static class Instrumented
{
    private const string CountsSteps = "SHARPFUZZ_ENABLE_ON_BRANCH_CALLBACK";

    private static readonly string[] s_assemblies = ["Aeronet.AspNetCore.Transport.dll", "Aeronet.AspNetCore.StaticFiles.dll", "Aeronet.AspNetCore.Middleware.dll"];

    /// <summary>Copies into a folder, over what is there.</summary>
    /// <returns>The copy's path.</returns>
    internal static string CopyTo(string folder)
    {
        // Read once, before the first assembly is looked at.
        Environment.SetEnvironmentVariable(CountsSteps, "1");
        var source = Path.GetDirectoryName(typeof(Instrumented).Assembly.Location)!;
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.EnumerateFiles(source).Where(IsOfProgram))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);

        foreach (var assembly in s_assemblies)
            Fuzzer.Instrument(Path.Combine(folder, assembly), static _ => true, Options.Value);

        return Path.Combine(folder, Path.GetFileName(typeof(Instrumented).Assembly.Location));
    }

    // Beside a test program lie its own files, and those of its runner.
    private static bool IsOfProgram(string path) =>
        Path.GetFileName(path) is var name && !name.Contains(".Tests.", StringComparison.Ordinal) && !name.StartsWith("xunit", StringComparison.Ordinal);
}

using Aeronet.AspNetCore.Fuzz.Measuring;
using Aeronet.AspNetCore.Fuzz.Targets;

namespace Aeronet.AspNetCore.Fuzz.Tests;

/// <summary>The same inputs in a copy of the program that counts its steps, which is what AFL runs.</summary>
public sealed class InstrumentedTests
{
    [Fact]
    public async Task KeptInputs_TakeStepsInProportionToTheirLength()
    {
        var folder = Directory.CreateTempSubdirectory("aeronet-fuzz-").FullName;
        try
        {
            var program = Instrumented.CopyTo(folder);
            var kept = Path.Combine(Repository.Root, "test/Fuzz");
            var result = await ExternalTool.Require("dotnet").RunAsync(program, "replay", "all", Path.Combine(kept, "Corpus"), Path.Combine(kept, "Crashes"));

            Assert.True(result.ExitCode == 0, result.ToString());
            foreach (var name in AllTargets.Names)
                Assert.Matches($@"(?m)^{name}: \d+ inputs, 0 broken, [1-9]\d+ places passed", result.Output);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

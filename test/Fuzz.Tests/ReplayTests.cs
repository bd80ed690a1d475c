using Aeronet.AspNetCore.Fuzz.Targets;
using CsCheck;

namespace Aeronet.AspNetCore.Fuzz.Tests;

/// <summary>
/// What fuzzing found, and what it went through, again: <c>test/Fuzz/Corpus</c> and <c>test/Fuzz/Crashes</c>. A failure names the file;
/// docs/fuzzing.md tells how to look at it.
/// </summary>
public sealed class ReplayTests
{
    private const int Mutations = 500;

    // A fuzzer finds its way to more by itself.
    private const int MostFiles = 60;
    private const long MostBytes = 64 * 1024;

    public static TheoryData<string> Targets => [.. AllTargets.Names];

    [Theory, MemberData(nameof(Targets))]
    public void KeptInputs_Hold(string name)
    {
        var target = AllTargets.Named(name);
        Runner.Warm(target);
        foreach (var path in Kept(name))
        {
            var failure = Record.Exception(() => Runner.Check(target, File.ReadAllBytes(path)));
            Assert.True(failure is null, $"{Path.GetRelativePath(Repository.Root, path)}: {failure}");
        }
    }

    [Theory, MemberData(nameof(Targets))]
    public void Corpus_IsThereAndSmall(string name)
    {
        var files = Files("Corpus", name).ToList();

        Assert.InRange(files.Count, 1, MostFiles);
        Assert.InRange(files.Sum(file => new FileInfo(file).Length), 1, MostBytes);
    }

    [Fact]
    public void Folders_AreThoseOfTargets()
    {
        foreach (var kind in (string[])["Corpus", "Crashes"])
            Assert.Empty(Directory.EnumerateDirectories(Path.Combine(Repository.Root, "test/Fuzz", kind)).Select(folder => Path.GetFileName(folder)!).Except(AllTargets.Names));
    }

    [Fact]
    public void Documentation_NamesEveryTarget() =>
        Assert.Equal(AllTargets.Names.Order(), Repository.Table("docs/fuzzing.md", "## Targets", "| target").Select(row => row[0]).Order());

    /// <summary>The same mutations each time: what AFL does for minutes shows here as well where it is shallow.</summary>
    [Theory, MemberData(nameof(Targets))]
    public void MutatedInputs_Hold(string name)
    {
        var target = AllTargets.Named(name);
        Runner.Warm(target);
        byte[][] inputs = [.. target.Seeds, .. Kept(name).Select(File.ReadAllBytes)];
        var changes = Gen.Select(Gen.Int[0, 1 << 20], Gen.Int[0, 3], Gen.Byte).Array[1, 4];
        Gen.Select(Gen.Int[0, inputs.Length - 1], changes).Sample(
            (index, mutations) => Runner.Check(target, Mutated(inputs[index], mutations)),
            seed: "0N0XIzNsQ0O2",
            iter: Mutations,
            threads: 1);
    }

    private static byte[] Mutated(byte[] input, (int At, int Kind, byte Value)[] mutations)
    {
        var bytes = input.ToList();
        foreach (var (at, kind, value) in mutations)
        {
            var index = bytes.Count == 0 ? 0 : at % bytes.Count;
            switch (kind)
            {
                case 0 when bytes.Count > 0:
                    bytes[index] = value;
                    break;
                case 1 when bytes.Count > 0:
                    bytes.RemoveRange(index, Math.Min(value, bytes.Count - index));
                    break;
                case 2 when bytes.Count > 0:
                    bytes.InsertRange(index, bytes.GetRange(index, Math.Min(value, bytes.Count - index)));
                    break;
                default:
                    bytes.Insert(index, value);
                    break;
            }
        }

        return [.. bytes];
    }

    private static IEnumerable<string> Kept(string name) => Files("Corpus", name).Concat(Files("Crashes", name));

    private static IEnumerable<string> Files(string kind, string name) =>
        Path.Combine(Repository.Root, "test/Fuzz", kind, name) is var folder && Directory.Exists(folder) ? Directory.EnumerateFiles(folder).Order() : [];
}

using Aeronet.AspNetCore.Fuzz;
using Aeronet.AspNetCore.Fuzz.Measuring;
using Aeronet.AspNetCore.Fuzz.Targets;
using SharpFuzz;

const string Usage = """
    usage: Aeronet.AspNetCore.Fuzz list
           Aeronet.AspNetCore.Fuzz instrument FOLDER      makes a copy of itself that tells AFL what it does
           Aeronet.AspNetCore.Fuzz seed TARGET FOLDER     writes what a fuzzer may begin with
           Aeronet.AspNetCore.Fuzz fuzz TARGET            reads what AFL writes, as long as AFL lives
           Aeronet.AspNetCore.Fuzz replay TARGET PATH...  reads files, and those in folders
           Aeronet.AspNetCore.Fuzz replay all FOLDER...   reads those in each target's folder within these
    """;

switch (args)
{
    case ["list"]:
        Console.WriteLine(string.Join('\n', AllTargets.Names));
        return 0;
    case ["instrument", var folder]:
        Console.WriteLine(Instrumented.CopyTo(folder));
        return 0;
    case ["seed", var name, var folder]:
        var seeds = AllTargets.Named(name).Seeds.ToList();
        Directory.CreateDirectory(folder);
        for (var i = 0; i < seeds.Count; i++)
            File.WriteAllBytes(Path.Combine(folder, $"seed-{i:d2}"), seeds[i]);

        return 0;
    case ["fuzz", var name]:
        Fuzz(AllTargets.Named(name));
        return 0;
    case ["replay", "all", .. var folders]:
        Steps.Count();
        return AllTargets.Names.Sum(name => Replay(AllTargets.Named(name), [.. folders.Select(folder => Path.Combine(folder, name)).Where(Directory.Exists)]));
    case ["replay", var name, .. var paths]:
        Steps.Count();
        return Replay(AllTargets.Named(name), paths);
    default:
        Console.Error.WriteLine(Usage);
        return 2;
}

static void Fuzz(IFuzzTarget target)
{
    Steps.Count();
    Runner.Warm(target);
    var buffer = new byte[Runner.LongestInput];
    Fuzzer.Run(input =>
    {
        var length = 0;
        for (int read; length < buffer.Length && (read = input.Read(buffer, length, buffer.Length - length)) > 0;)
            length += read;

        Runner.Check(target, buffer.AsSpan(0, length));
    });
}

static int Replay(IFuzzTarget target, string[] paths)
{
    Runner.Warm(target);
    var (files, broken) = (0, 0);
    Steps.ForgetPlaces();
    foreach (var path in paths.SelectMany(FilesOf))
    {
        files++;
        try
        {
            Runner.Check(target, File.ReadAllBytes(path));
        }
        catch (Exception failure)
        {
            broken++;
            Console.WriteLine($"{path}: {failure}");
        }
    }

    Console.WriteLine($"{target.Name}: {files} inputs, {broken} broken, {Steps.Places} places passed");
    return broken == 0 ? 0 : 1;
}

static IEnumerable<string> FilesOf(string path) => Directory.Exists(path) ? Directory.EnumerateFiles(path).Order() : [path];

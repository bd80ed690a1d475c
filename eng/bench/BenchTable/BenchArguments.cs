using System.Globalization;

namespace BenchTable;

/// <summary>The command line.</summary>
/// <param name="App">Folder with a published BenchServer.</param>
/// <param name="Work">Folder with <c>cert.pem</c>, <c>key.pem</c> and <c>files</c>.</param>
/// <param name="Rounds">How often each figure is taken.</param>
/// <param name="Seconds">How long each takes.</param>
/// <param name="Only">Rows with this text in their name; all when empty.</param>
/// <param name="IsGate">Whether only what must not cost more than on stock Kestrel is measured, and judged.</param>
/// <param name="Output">Folder for <c>result.md</c> and the pictures; null where there is none.</param>
internal sealed record BenchArguments(string App, string Work, int Rounds, int Seconds, string Only, bool IsGate, string? Output)
{
    public const string Usage = "BenchTable APP WORK [--rounds N] [--seconds N] [--only TEXT] [--gate] [--output DIR]";

    /// <exception cref="FormatException">The command line is wrong.</exception>
    public static BenchArguments Parse(string[] args)
    {
        if (args.Length < 2)
        {
            throw new FormatException("the folders of the server and of the files are missing");
        }

        var parsed = new BenchArguments(Path.GetFullPath(args[0]), Path.GetFullPath(args[1]), 5, 2, "", false, null);
        for (var i = 2; i < args.Length; i++)
        {
            parsed = args[i] switch
            {
                "--rounds" => parsed with { Rounds = Number(Value(ref i)) },
                "--seconds" => parsed with { Seconds = Number(Value(ref i)) },
                "--only" => parsed with { Only = Value(ref i) },
                "--gate" => parsed with { IsGate = true },
                "--output" => parsed with { Output = Path.GetFullPath(Value(ref i)) },
                _ => throw new FormatException($"unknown argument '{args[i]}'"),
            };
        }

        return parsed;

        string Value(ref int i) => i + 1 < args.Length ? args[++i] : throw new FormatException($"{args[i]} needs a value");
    }

    private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
        ? number
        : throw new FormatException($"'{text}' is not a whole number above 0");
}

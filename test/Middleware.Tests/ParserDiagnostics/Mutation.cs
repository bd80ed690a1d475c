using System.Text;
using CsCheck;

namespace Aeronet.AspNetCore.Middleware.Tests.ParserDiagnostics;

/// <summary>Changes bytes of a request.</summary>
internal static class Mutation
{
    private static readonly byte[] Telling = Encoding.Latin1.GetBytes("\r\n\0 \t:/%*?#[].,;0a\u0080\u00ff\u00e9Hh");

    /// <summary>Bytes, often those that mean something in a request.</summary>
    public static Gen<byte> AnyByte { get; } = Gen.Frequency((4, Gen.Int[0, Telling.Length - 1].Select(i => Telling[i])), (1, Gen.Byte));

    /// <summary>Replaces, inserts or removes bytes.</summary>
    /// <param name="text">The request as Latin-1.</param>
    /// <param name="mutations">Where, what (0 to 2), and which byte.</param>
    public static byte[] Of(string text, IEnumerable<(int Place, int Kind, byte Value)> mutations)
    {
        var bytes = Encoding.Latin1.GetBytes(text).ToList();
        foreach (var (place, kind, value) in mutations)
        {
            var at = place % (bytes.Count + 1);
            if (kind == 0 || at == bytes.Count)
                bytes.Insert(at, value);
            else if (kind == 1)
                bytes[at] = value;
            else
                bytes.RemoveAt(at);
        }

        return [.. bytes];
    }
}

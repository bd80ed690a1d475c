namespace Aeronet.AspNetCore.Stress.Tests.Interleavings;

/// <summary>One message of a client and what the server does with it, drawn at random.</summary>
/// <param name="Message">Bytes the client sends.</param>
/// <param name="Pieces">In how many pieces.</param>
/// <param name="BlocksInRead">Whether the server waits for them with its thread.</param>
/// <param name="Steps">What the server then does.</param>
/// <param name="SendsEarly">Whether the client sends the next message before it takes the answer to this one.</param>
/// <param name="ReadsAfter">Milliseconds before the client takes the answer.</param>
internal sealed record Turn(int Message, int Pieces, bool BlocksInRead, IReadOnlyList<Step> Steps, bool SendsEarly, int ReadsAfter)
{
    internal int Answer => Steps.Where(step => !step.ToPartner).Sum(step => step.Bytes);

    internal int PartnersAnswer => Steps.Where(step => step.ToPartner).Sum(step => step.Bytes);

    /// <summary>The turns of one connection of one run, the same on either side.</summary>
    internal static IEnumerable<Turn> Of(int seed, int connection, bool mayBlock)
    {
        var random = new Random(HashCode(seed, connection));
        while (true)
        {
            // Who blocks often is served beside the loop; who seldom does surprises it.
            var blocks = mayBlock && random.Next(connection % 2 == 0 ? 30 : 3) == 0;
            var steps = Enumerable.Range(0, random.Next(1, 6)).Select(_ => Step.Draw(random, blocks)).ToArray();
            yield return new Turn(
                random.Next(1, random.Next(4) == 0 ? 100_000 : 200),
                random.Next(1, 4),
                blocks && random.Next(3) == 0,
                steps,
                random.Next(3) == 0,
                random.Next(3) == 0 ? random.Next(1, 30) : 0);
        }
    }

    // System.HashCode differs from process to process.
    private static int HashCode(int seed, int connection) => unchecked((seed * 31) + (connection * 7919));
}

namespace Soak.Loads;

/// <summary>One kind of what clients do, over and over.</summary>
internal interface ILoad : IAsyncDisposable
{
    string Name { get; }

    /// <summary>How many do it side by side.</summary>
    int Clients { get; }

    /// <summary>How long a client rests after it.</summary>
    TimeSpan Rest { get; }

    /// <summary>Does it once.</summary>
    /// <exception cref="WrongAnswerException">The server did what it should not have.</exception>
    Task RunAsync(CancellationToken cancellation);
}

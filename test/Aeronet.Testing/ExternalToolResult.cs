namespace Aeronet.Testing;

/// <summary>What an external program said.</summary>
public sealed record ExternalToolResult(int ExitCode, string Output, string Error)
{
    /// <inheritdoc/>
    public override string ToString() => $"exit code {ExitCode}{Environment.NewLine}{Output}{Environment.NewLine}{Error}";
}

namespace BenchTable;

/// <summary>What keeps a figure from being one. The message is for the person who measures.</summary>
internal sealed class BenchException(string message) : Exception(message);

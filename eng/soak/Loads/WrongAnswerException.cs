namespace Soak.Loads;

/// <summary>A server answered something else than it was asked for.</summary>
internal sealed class WrongAnswerException(string message) : Exception(message);

namespace Aeronet.Testing;

/// <summary>A block of code in a page of the documentation.</summary>
/// <param name="Page">The page's path in the repository.</param>
/// <param name="Line">The line of its opening mark, from 1.</param>
/// <param name="Language">The first word after the mark, such as <c>csharp</c>; empty if there is none.</param>
/// <param name="Name">The second word: the file that a reader saves it as, or <c>run</c>; empty if there is none.</param>
/// <param name="Text">What is in it, without the indentation of the mark.</param>
public sealed record CodeFence(string Page, int Line, string Language, string Name, string Text)
{
    /// <summary>Where it is, as editors and compilers write it.</summary>
    public string Place => $"{Page}:{Line}";
}

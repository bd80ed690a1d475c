namespace Aeronet.AspNetCore.Middleware.AccessLog;

/// <summary>Where a value stands, which decides what has to be escaped in it.</summary>
internal enum ValueStyle
{
    /// <summary>Between spaces: what is no printable ASCII, spaces, quotes and backslashes become <c>\xHH</c>.</summary>
    Bare,

    /// <summary>Between quotes: the same but spaces.</summary>
    Quoted,

    /// <summary>A value of JSON, with its quotes.</summary>
    Json,
}

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>What statx(2) says of an open file.</summary>
/// <param name="IsRegular">Whether it is a regular file.</param>
/// <param name="Mode">Its permission bits.</param>
/// <param name="Links">How many names it has.</param>
/// <param name="Owner">The id of the user it belongs to.</param>
internal readonly record struct FileDescription(bool IsRegular, int Mode, uint Links, uint Owner);

namespace Aeronet.AspNetCore.StaticFiles.Names;

/// <summary>The order people expect of names: <c>file9</c> before <c>file10</c>, ASCII letters without regard to case.</summary>
internal static class NameOrder
{
    /// <summary>Compares two names; 0 only for equal bytes.</summary>
    public static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        int l = 0, r = 0;
        while (l < left.Length && r < right.Length)
        {
            if (IsDigit(left[l]) && IsDigit(right[r]))
            {
                var leftNumber = TakeNumber(left, ref l);
                var rightNumber = TakeNumber(right, ref r);

                // Without leading zeros the longer number is the larger one.
                var byNumber = leftNumber.Length != rightNumber.Length
                    ? leftNumber.Length - rightNumber.Length
                    : leftNumber.SequenceCompareTo(rightNumber);
                if (byNumber != 0)
                {
                    return byNumber;
                }

                continue;
            }

            var byLetter = Fold(left[l++]) - Fold(right[r++]);
            if (byLetter != 0)
            {
                return byLetter;
            }
        }

        var byRest = (left.Length - l) - (right.Length - r);
        return byRest != 0 ? byRest : left.SequenceCompareTo(right);
    }

    private static ReadOnlySpan<byte> TakeNumber(ReadOnlySpan<byte> name, ref int position)
    {
        var start = position;
        while (position < name.Length && IsDigit(name[position]))
        {
            position++;
        }

        return name[start..position].TrimStart((byte)'0');
    }

    private static bool IsDigit(byte b) => b is >= (byte)'0' and <= (byte)'9';

    private static int Fold(byte b) => b is >= (byte)'A' and <= (byte)'Z' ? b + 32 : b;
}

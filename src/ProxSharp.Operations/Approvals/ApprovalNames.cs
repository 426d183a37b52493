namespace ProxSharp.Operations.Approvals;

/// <summary>The names of approvers: they become part of file names.</summary>
internal static class ApprovalNames
{
    private const int Longest = 64;

    public static bool IsName(string name) => name.Length is > 0 and <= Longest
        && name.All(static character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.')
        && name[0] != '.';

    public static void Check(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!IsName(name))
        {
            throw new ArgumentException("The name of an approver has letters, digits, dots, dashes and underscores only.", nameof(name));
        }
    }
}

namespace ProxSharp.Http;

/// <summary>Finds path and privilege in the text of a refusal.</summary>
internal static class MissingPrivilege
{
    private const string PveStart = "Permission check failed (/";
    private const string PbsStart = "missing ";

    /// <summary>Reads the text; both are null if it does not say.</summary>
    public static (string? Path, string? Privilege) Find(string text)
    {
        int start = text.IndexOf(PveStart, StringComparison.OrdinalIgnoreCase);
        if (start >= 0)
        {
            int end = text.IndexOf(')', start);
            string inside = end < 0 ? text[(start + PveStart.Length - 1)..] : text[(start + PveStart.Length - 1)..end];
            int comma = inside.IndexOf(", ", StringComparison.Ordinal);
            return comma < 0 ? (inside.Trim(), null) : (inside[..comma], inside[(comma + 2)..].Trim());
        }

        start = text.IndexOf(PbsStart, StringComparison.OrdinalIgnoreCase);
        int on = start < 0 ? -1 : text.IndexOf(" on ", start, StringComparison.Ordinal);
        return on < 0 ? (null, null) : (text[(on + 4)..].Trim().TrimEnd('.', ')').Trim('\''), Privilege(text[(start + PbsStart.Length)..on]));
    }

    // Proxmox: "missing permissions 'Datastore.Backup' on '/datastore/store1'".
    private static string Privilege(string text) => text.Replace("permissions ", "", StringComparison.Ordinal).Trim(' ', '\'');
}

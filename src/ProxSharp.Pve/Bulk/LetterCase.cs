namespace ProxSharp.Pve.Bulk;

/// <summary>How names are compared.</summary>
internal enum LetterCase
{
    /// <summary>Small and capital letters are the same.</summary>
    Any,

    /// <summary>They differ, as they do for the server: pools always, tags where the cluster is set so (tag-style).</summary>
    AsWritten,
}

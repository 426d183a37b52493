namespace ProxSharp.Backup.Protocol;

/// <summary>An index that the server is writing.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Id">The number that the server gave it.</param>
/// <param name="Name">The stored name of the archive.</param>
internal sealed record IndexHandle(IndexKind Kind, int Id, string Name)
{
    /// <summary>The word that the server's paths begin with.</summary>
    public string Word => Kind == IndexKind.Fixed ? "fixed" : "dynamic";
}

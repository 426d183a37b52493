namespace ProxSharp.Cli.Declare;

/// <summary>How far a file goes.</summary>
/// <param name="Prune">True if what the file does not name goes.</param>
/// <param name="Migrate">True if guests are moved to the nodes that the file names; false takes these as remarks.</param>
/// <param name="User">The user who asks, or whose token does: nobody deletes himself. Null if that is not known.</param>
internal sealed record StateWish(bool Prune = false, bool Migrate = false, string? User = null);

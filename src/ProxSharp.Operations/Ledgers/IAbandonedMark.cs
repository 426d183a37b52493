namespace ProxSharp.Operations.Ledgers;

/// <summary>A mark that a program has left behind. It is removed when it is disposed.</summary>
internal interface IAbandonedMark : IDisposable
{
    /// <summary>Leaves the mark where it is: what it is about is not over.</summary>
    void Keep();
}

namespace ProxSharp.Operations.Ledgers;

/// <summary>
/// Marks of calls under way: files that a program holds while it makes the calls of a plan. The system lets go of the file of a program that is gone, however
/// it ended, so that others can tell.
/// </summary>
internal sealed class CallMarks(string folder)
{
    private readonly string _folder = Path.Combine(folder, "underway");

    /// <summary>Holds the mark of a plan until the result is disposed. One that is kept is left behind then, as by a program that was ended.</summary>
    /// <exception cref="GuardRefusedException">It cannot be written.</exception>
    public IAbandonedMark Hold(string planId)
    {
        try
        {
            PrivateFiles.CreateFolder(_folder);
            return new Mark(PathOf(planId), PrivateFiles.WhenFree(
                () => PrivateFiles.Open(PathOf(planId), FileMode.OpenOrCreate, FileAccess.ReadWrite)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GuardRefusedException("ledger", $"What is under way cannot be marked beside the ledger: {e.Message}", e);
        }
    }

    /// <summary>Takes over the mark that a program has left behind; null if a program holds it, or there is none: then nobody can tell.</summary>
    public IAbandonedMark? TakeOver(string planId)
    {
        try
        {
            return File.Exists(PathOf(planId)) ? new Mark(PathOf(planId), PrivateFiles.Open(PathOf(planId), FileMode.Open, FileAccess.ReadWrite)) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>True if a program holds the mark of a plan at this moment.</summary>
    public bool IsHeld(string planId)
    {
        using IAbandonedMark? left = TakeOver(planId);
        left?.Keep();
        return left is null && File.Exists(PathOf(planId));
    }

    /// <summary>True if there is a mark of a plan, whether a program holds it or has left it behind.</summary>
    public bool Has(string planId) => File.Exists(PathOf(planId));

    private string PathOf(string planId) => Path.Combine(_folder, planId);

    private sealed class Mark(string path, FileStream file) : IAbandonedMark
    {
        private bool _isKept;

        public void Keep() => _isKept = true;

        public void Dispose()
        {
            // Removed while it is held, so that nobody else can have taken it over. Windows removes no file that is open.
            if (!_isKept && !OperatingSystem.IsWindows())
            {
                Remove(path);
            }

            file.Dispose();
            if (!_isKept && OperatingSystem.IsWindows())
            {
                Remove(path);
            }
        }

        private static void Remove(string path)
        {
            try
            {
                File.Delete(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // What it was about is over, and on record: a mark that is left says nothing any more.
            }
        }
    }
}

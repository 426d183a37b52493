using System.Collections.ObjectModel;

namespace ProxSharp.Pbs.Backups;

/// <summary>A list of groups or snapshots in which the server told some that cannot be read: their type, name or time is none. They are left out.</summary>
/// <typeparam name="T">What is listed.</typeparam>
public sealed class IncompleteList<T> : ReadOnlyCollection<T>
{
    private IncompleteList(IList<T> items, int leftOut)
        : base(items) => LeftOut = leftOut;

    /// <summary>How many are left out.</summary>
    public int LeftOut { get; }

    internal static IReadOnlyList<T> Of(T[] items, int told) => items.Length == told ? items : new IncompleteList<T>(items, told - items.Length);
}

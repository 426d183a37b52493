using System.Numerics;

namespace ProxSharp.Operations;

/// <summary>
/// All classes of a call: one that loses data and sets a password is both destructive and privileged, and whoever may do only one of them may not make it.
/// What is read or reversible goes along with whatever is worse.
/// </summary>
internal readonly record struct ClassSet
{
    private readonly uint _bits;

    private ClassSet(uint bits) => _bits = bits;

    /// <summary>A call of one class.</summary>
    public static ClassSet Of(OperationClass kind) => new(1u << (int)kind);

    /// <summary>The worst of them.</summary>
    public OperationClass Worst => _bits == 0 ? OperationClass.Read : (OperationClass)BitOperations.Log2(_bits);

    /// <summary>All that count, the worst first: at least one.</summary>
    public IReadOnlyList<OperationClass> Items
    {
        get
        {
            uint bits = _bits;
            OperationClass[] bad = [.. Enum.GetValues<OperationClass>().Where(kind => kind > OperationClass.Reversible && (bits & (1u << (int)kind)) != 0).OrderDescending()];
            return bad.Length > 0 ? bad : [Worst];
        }
    }

    /// <summary>The words for all that count: <c>privileged and destructive</c>.</summary>
    public string Words => string.Join(" and ", Items.Select(OperationCatalogue.Word));

    /// <summary>True if a class is among those that count.</summary>
    public bool Has(OperationClass kind) => Items.Contains(kind);

    /// <summary>The classes of both.</summary>
    public ClassSet And(ClassSet other) => new(_bits | other._bits);

    /// <summary>The classes, and one more.</summary>
    public ClassSet And(OperationClass kind) => And(Of(kind));
}

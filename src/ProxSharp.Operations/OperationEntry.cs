using ProxSharp.Api;
using ProxSharp.Operations.Plans;

namespace ProxSharp.Operations;

/// <summary>What is known about one operation of an API.</summary>
public sealed class OperationEntry
{
    internal OperationEntry(ApiMethod method, string path)
    {
        Method = method;
        Path = path;
    }

    /// <summary>The verb.</summary>
    public ApiMethod Method { get; }

    /// <summary>The path template below the API root.</summary>
    public string Path { get; }

    /// <summary>The class of a call whose parameters do not make it worse; <see cref="OperationClass.Privileged"/> if nobody has classified it.</summary>
    public OperationClass Class { get; internal init; } = OperationClass.Privileged;

    /// <summary>False if nobody has classified the operation. Such an operation is always refused.</summary>
    public bool IsClassified { get; internal init; }

    /// <summary>What identifies the target, for example <c>guest</c>, <c>named</c> or <c>backup-snapshot</c>; null for none.</summary>
    public string? Identity { get; internal init; }

    /// <summary>
    /// The way back: <c>restore-before</c>, <c>recreate</c>, <c>delete-created</c>, <c>migrate-back</c> or <c>inverse:VERB path</c>; null if there is none.
    /// </summary>
    public string? Undo { get; internal init; }

    /// <summary>
    /// Why a call is worse than it looks, for example <c>it makes the node contact an address that the caller names</c>; null if there is nothing to say.
    /// </summary>
    public string? Reason { get; init; }

    internal IReadOnlyList<ClassRaise> Raises { get; init; } = [];

    /// <summary>The parameter with which a call only says what it would do; null if there is none.</summary>
    internal string? Trial { get; init; }

    /// <summary>
    /// Returns the class of a call with these parameters: at least <see cref="Class"/>, and <see cref="OperationClass.Read"/> for one that only says what it
    /// would do.
    /// </summary>
    /// <param name="parameters">The parameters of the call.</param>
    public OperationClass ClassOf(ApiParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return SetOf(parameters).Worst;
    }

    /// <summary>
    /// Returns all classes of a call with these parameters, the worst first: one that loses data and sets a password is destructive as well as privileged. What
    /// is only read or reversible is named alone.
    /// </summary>
    /// <param name="parameters">The parameters of the call.</param>
    public IReadOnlyList<OperationClass> ClassesOf(ApiParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return SetOf(parameters).Items;
    }

    internal ClassSet SetOf(ApiParameters parameters) => IsTrial(parameters)
        ? ClassSet.Of(OperationClass.Read)
        : Raises.Where(raise => raise.Applies(parameters)).Aggregate(ClassSet.Of(Class), static (found, raise) => found.And(raise.Class));

    /// <summary>
    /// Returns the class that a plan may find for a call at best: what it takes out of a machine may be a drive for CD-ROM (ide, sata), which only the server's
    /// state tells.
    /// </summary>
    /// <param name="parameters">The parameters of the call.</param>
    public OperationClass MildestOf(ApiParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return ClassOf(Ejections.AtBest(Path, parameters));
    }

    /// <summary>True if a call may lose data, with the right parameters or with any.</summary>
    public bool CanDestroy => Class == OperationClass.Destructive || Raises.Any(static raise => raise.Class == OperationClass.Destructive);

    /// <summary>
    /// Tells whether a call with these parameters loses data or a way back to them. That may be so although <see cref="ClassOf"/> gives a class that is worse
    /// still, such as <see cref="OperationClass.Privileged"/>.
    /// </summary>
    /// <param name="parameters">The parameters of the call.</param>
    public bool Destroys(ApiParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return Class == OperationClass.Destructive || Raises.Any(
            raise => raise.Class == OperationClass.Destructive && raise.Applies(parameters));
    }

    /// <summary>Returns the names of the parameters of a call because of which it loses data; none if it does so whatever they are, or by a default.</summary>
    /// <param name="parameters">The parameters of the call.</param>
    public IReadOnlyList<string> Losing(ApiParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return
        [
            .. parameters.Where(parameter => Raises.Any(raise => raise.Class == OperationClass.Destructive && raise.AppliesTo(parameter, parameters)))
                .Select(static parameter => parameter.Name).Distinct(StringComparer.Ordinal),
        ];
    }

    // Said once and clearly: what a server makes of two values, or of another spelling, is not to be relied on.
    private bool IsTrial(ApiParameters parameters) => Trial is { } name
        && parameters.Count(parameter => parameter.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) == 1
        && parameters.Any(parameter => parameter.Name == name && parameter.Text is ("1" or "true"));

    /// <summary>Returns verb and path.</summary>
    public override string ToString() => $"{Method.ToVerb()} {Path}";
}

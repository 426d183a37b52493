using System.Text.Json;

namespace ProxSharp.Operations.Policies;

/// <summary>What a program that acts on its own may do in one context. Immutable; without a file nothing but reading is allowed.</summary>
public sealed class GuardPolicy
{
    private IReadOnlySet<string> _contextTags = new HashSet<string>(StringComparer.OrdinalIgnoreCase);

    internal GuardPolicy()
    {
    }

    /// <summary>A policy that allows reading alone.</summary>
    public static GuardPolicy ReadOnly { get; } = new();

    /// <summary>How many targets one plan may have. Default: 1.</summary>
    public int TargetsPerPlan { get; internal init; } = 1;

    /// <summary>How many calls that change something may be made in an hour. Default: 20.</summary>
    public int MutationsPerHour { get; internal init; } = 20;

    /// <summary>How many of the guard's calls may be under way at once. Default: 2.</summary>
    public int ConcurrentTasks { get; internal init; } = 2;

    /// <summary>How long a plan can be applied, in minutes; null leaves it to the program. A person who is asked elsewhere needs more than a few.</summary>
    public int? PlanMinutes { get; internal init; }

    /// <summary>The classes of calls before which a plan takes a snapshot of the guest by itself, where its storage can. Default: none.</summary>
    public IReadOnlySet<OperationClass> SnapshotFirst { get; internal init; } = new HashSet<OperationClass>();

    /// <summary>Whether commands in guests are allowed at all. Default: false.</summary>
    public bool ExecEnabled { get; internal init; }

    internal IReadOnlyList<AllowRule> Rules { get; init; } = [];

    internal IReadOnlySet<string> ProtectedTags { get; init; } = new HashSet<string>(StringComparer.OrdinalIgnoreCase);

    internal IReadOnlySet<string> ProtectedPools { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    internal IReadOnlyList<VmidRange> ProtectedVmids { get; init; } = [];

    internal IReadOnlyList<ExecTemplate> ExecTemplates { get; init; } = [];

    /// <summary>Whether keys are named that approve as a second principal. Default: false.</summary>
    public bool HasApprovers => Approvers.Count > 0;

    internal IReadOnlyList<PolicyApprover> Approvers { get; init; } = [];

    internal IReadOnlyDictionary<OperationClass, ApprovalKind> Approvals { get; init; } = new Dictionary<OperationClass, ApprovalKind>();

    /// <summary>
    /// Reads the policy of a context from its file. A file that does not exist means <see cref="ReadOnly"/>; anything in it that is not understood refuses
    /// everything, because a rule that is ignored protects nothing.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <exception cref="GuardRefusedException">The file cannot be read, is no policy, or has a key that does not exist; the message names the key.</exception>
    public static GuardPolicy Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            return Parse(RegularFiles.ReadText(path), path);
        }
        catch (FileNotFoundException)
        {
            return ReadOnly;
        }
        catch (DirectoryNotFoundException)
        {
            return ReadOnly;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string why = Directory.Exists(path) ? "it is a folder, and must be a file" : e.Message;
            throw new GuardRefusedException("policy", $"The policy {path} cannot be read, so everything is refused: {why}", e);
        }
    }

    /// <summary>Reads a policy from JSON.</summary>
    /// <param name="json">The text.</param>
    /// <param name="source">Where it comes from, for messages.</param>
    /// <exception cref="GuardRefusedException">It is no policy, or has a key that does not exist; the message names the key.</exception>
    public static GuardPolicy Parse(string json, string source = "policy") => new PolicyReader(source).Read(json);

    /// <summary>
    /// Returns who must agree to calls of a class. Default: nobody to reversible ones, a second principal to privileged and exec, a prompt else.
    /// </summary>
    public ApprovalKind ApprovalFor(OperationClass kind) => Approvals.TryGetValue(kind, out ApprovalKind approval)
        ? approval
        : kind switch
        {
            OperationClass.Read or OperationClass.Reversible => ApprovalKind.None,
            OperationClass.Disruptive or OperationClass.Destructive => ApprovalKind.Prompt,
            _ => ApprovalKind.SecondPrincipal,
        };

    /// <summary>Tells whether any rule allows calls of a class, on whatever target.</summary>
    /// <param name="kind">The class.</param>
    public bool AllowsSome(OperationClass kind) => kind == OperationClass.Read
        || (Rules.Any(rule => rule.Classes.Contains(kind)) && (kind != OperationClass.Exec || ExecEnabled));

    /// <summary>
    /// Names the lists of rules that are there and empty, for example <c>allow[2].tags</c> of the second rule: such a rule never matches.
    /// </summary>
    public IEnumerable<string> FindEmptyLists() =>
        Rules.SelectMany(static (rule, i) => rule.Empty.Select(name => $"allow[{JsonTexts.Number(i + 1)}].{name}"));

    /// <summary>
    /// Names the keys whose values are understood and can hardly be meant, with what they mean: a limit that stops everything, programs that are allowed and
    /// none of which can run, numbers that no guest gets.
    /// </summary>
    public IReadOnlyDictionary<string, string> FindOddities() => PolicyOddities.Find(this);

    /// <summary>Writes the policy as it is in effect, defaults included, in the form in which it is read.</summary>
    /// <param name="json">Where it goes.</param>
    public void WriteTo(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        PolicyWriter.Write(json, this);
    }

    /// <summary>Checks a call against rules and protections: each of its classes has to be allowed.</summary>
    /// <exception cref="GuardRefusedException">It is not allowed.</exception>
    internal void Check(IEnumerable<OperationClass> kinds, string call, PolicyTarget target, string why = "")
    {
        foreach (OperationClass kind in kinds)
        {
            Check(kind, call, target, why);
        }
    }

    /// <summary>Checks a call of one class.</summary>
    /// <exception cref="GuardRefusedException">It is not allowed.</exception>
    internal void Check(OperationClass kind, string call, PolicyTarget target, string why = "")
    {
        if (kind == OperationClass.Read)
        {
            return;
        }

        string? shield = Shield(target);
        if (shield is not null)
        {
            throw new GuardRefusedException("protected", $"{call} is refused: {target.Name} is protected ({shield}). No argument overrides this.");
        }

        if (kind == OperationClass.Exec && !ExecEnabled)
        {
            throw new GuardRefusedException("exec", $"{call} is refused: commands and consoles in guests are off in the policy.");
        }

        if (!Rules.Any(rule => rule.Allows(kind, target)))
        {
            string word = OperationCatalogue.Word(kind);
            string to = target.Destinations.Count > 0 ? $" towards {string.Join(", ", target.Destinations)}" : "";
            throw new GuardRefusedException("policy", $"{call} is refused: no rule of the policy allows {word} calls on {target.Name}{to}.{why}");
        }
    }

    /// <summary>True if rules depend on tags, pools or nodes.</summary>
    internal bool HasPlaces => RulePlaces.Any(Rules);

    /// <summary>The tags that rules name and that protect nobody.</summary>
    internal IReadOnlyList<string> TagsOfRules => [.. Rules.SelectMany(static rule => rule.Tags ?? Enumerable.Empty<string>()).Where(tag => !ProtectsTag(tag))];

    /// <summary>The nodes that rules name.</summary>
    internal IReadOnlyList<string> NodesOfRules => [.. Rules.SelectMany(static rule => rule.Nodes ?? Enumerable.Empty<string>())];

    /// <summary>The worst class that is allowed for a guest after a change and was not before; <see cref="OperationClass.Read"/> for none.</summary>
    internal OperationClass Gained(PolicyTarget before, IReadOnlyList<PolicyTarget> after) => RulePlaces.Gained(Permits, before, after);

    /// <summary>
    /// The worst class from privileged on that a rule allows for some guest, and none for this one: what is made a template may be copied to wherever that holds.
    /// </summary>
    internal OperationClass GainedAnywhere(PolicyTarget before) => new[] { OperationClass.Exec, OperationClass.Privileged }
        .Where(kind => (kind != OperationClass.Exec || ExecEnabled) && AllowsSome(kind) && !Permits(kind, before)).DefaultIfEmpty(OperationClass.Read).Max();

    /// <summary>True if a rule allows calls of a class on a target that nothing protects.</summary>
    internal bool Permits(OperationClass kind, PolicyTarget target) =>
        (kind != OperationClass.Exec || ExecEnabled) && Shield(target) is null && Rules.Any(rule => rule.Allows(kind, target));

    private string? Shield(PolicyTarget target) => target is { IsProtected: true, IsReleased: false } ? "Proxmox' own protection flag is set"
        : target.Tags.Except(target.ReleasedTags, StringComparer.Ordinal).FirstOrDefault(ProtectedTags.Contains) is { } tag
            ? $"the policy protects the tag '{tag}'"
        : !target.IsCopied && target.Tags.Except(target.ReleasedTags, StringComparer.Ordinal).FirstOrDefault(_contextTags.Contains) is { } kept
            ? $"the context protects the tag '{kept}'"
        : target.Pool is { } pool && ProtectedPools.FirstOrDefault(name => IsIn(pool, name)) is { } shielded ? $"the policy protects the pool '{shielded}'"
        : target.Vmid is { } vmid && IsProtected(vmid) ? "the policy protects its number"
        : target.BackupsOf.Any(IsProtected) ? "the policy protects the number of a guest whose backups are in it"
        : null;

    /// <summary>The same policy, which protects also the tags that the context of the server names. Such guests may still be copied.</summary>
    internal GuardPolicy Protecting(IReadOnlyCollection<string> tags)
    {
        if (tags.Count == 0)
        {
            return this;
        }

        GuardPolicy policy = (GuardPolicy)MemberwiseClone();
        policy._contextTags = new HashSet<string>(tags, StringComparer.OrdinalIgnoreCase);
        return policy;
    }

    /// <summary>Tells whether guests with a tag are protected, by the policy or by the context.</summary>
    internal bool ProtectsTag(string tag) => ProtectedTags.Contains(tag) || _contextTags.Contains(tag);

    private bool IsProtected(int vmid) => ProtectedVmids.Any(range => range.Contains(vmid));

    // Proxmox: pools are nested by their names.
    internal static bool IsIn(string pool, string outer) => pool == outer || pool.StartsWith(outer + "/", StringComparison.Ordinal);

    /// <summary>Checks a command for a guest.</summary>
    /// <exception cref="GuardRefusedException">No template allows it.</exception>
    internal void CheckCommand(IReadOnlyList<string> command)
    {
        if (!ExecEnabled || !ExecTemplates.Any(template => template.Allows(command)))
        {
            throw new GuardRefusedException("exec", "The command is refused: no template of the policy has exactly these arguments.");
        }
    }
}

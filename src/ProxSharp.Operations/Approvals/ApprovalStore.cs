using System.Security.Cryptography;
using System.Text;
using ProxSharp.Operations.Ledgers;
using ProxSharp.Operations.Plans;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Operations.Approvals;

/// <summary>
/// The folder in which others leave their approvals. What lies there counts only if its signature fits: to a key that the policy names, or, for a person at
/// a terminal of the same user, to the key of the ledger.
/// </summary>
public sealed class ApprovalStore
{
    private readonly string _folder;
    private readonly Ledger _ledger;

    internal ApprovalStore(string folder, Ledger ledger) => (_folder, _ledger) = (folder, ledger);

    /// <summary>Opens the approvals beside the plans and the ledger in a folder, which may be another user's.</summary>
    /// <param name="folder">The folder with the ledger.</param>
    /// <param name="time">The clock; null takes the system's.</param>
    public static ApprovalStore Open(string folder, TimeProvider? time = null) => new(Path.Combine(folder, "approvals"), new Ledger(folder, time));

    /// <summary>Leaves an approval here; whether it counts is decided when the plan is applied.</summary>
    /// <param name="approval">The approval.</param>
    /// <exception cref="ArgumentException">Plan or name cannot be those of an approval.</exception>
    /// <exception cref="GuardRefusedException">The folder is another user's, or it cannot be written to.</exception>
    public void Add(Approval approval)
    {
        ArgumentNullException.ThrowIfNull(approval);
        ApprovalNames.Check(approval.Name);
        if (!PlanStore.IsId(approval.PlanId) || approval.Kind is not (Approval.ByKey or Approval.ByPrompt))
        {
            throw new ArgumentException("The approval names no plan or is of no kind.", nameof(approval));
        }

        if (FileOwner.IsRootAmongOthers(_folder))
        {
            // What root leaves in the folder of an agent the agent cannot read or replace; and where the agent chooses what lies there, root should not write.
            throw Fault($"{_folder} belongs to another user. Write the approval to a file (prox approve --output-file) and hand that over", null);
        }

        try
        {
            PrivateFiles.CreateFolder(_folder);
            string file = Path.Combine(_folder, $"{approval.PlanId}.{approval.Kind}.{approval.Name}.json");
            PrivateFiles.Write(file, Encoding.UTF8.GetBytes(approval.ToJson()), FileMode.Create);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault($"The approval cannot be left in {_folder}: {e.Message.TrimEnd('.')}", e);
        }
    }

    /// <summary>Records that a person of this user agreed at a terminal. The caller must have asked.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="name">The user's name.</param>
    /// <param name="time">When.</param>
    /// <exception cref="GuardRefusedException">The ledger has no usable key.</exception>
    public void AddPrompt(Plan plan, string name, DateTimeOffset time)
    {
        ArgumentNullException.ThrowIfNull(plan);
        string seal = Convert.ToBase64String(_ledger.Seal(Approval.Text(plan.Id, Approval.ByPrompt, name, time)));
        Add(new Approval(plan.Id, Approval.ByPrompt, name, time, seal));
    }

    /// <summary>Says why an approval is none for a plan; null if it counts.</summary>
    /// <param name="approval">The approval, which need not be kept here.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="policy">The policy that names who may approve.</param>
    public string? WhyNot(Approval approval, Plan plan, GuardPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(approval);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(policy);
        return Weigh(approval, plan, policy).Why is { Length: > 0 } why ? why : null;
    }

    /// <summary>What an approval is good for, which need not be kept here.</summary>
    internal ApprovalKind KindOf(Approval approval, Plan plan, GuardPolicy policy) => Weigh(approval, plan, policy).Kind;

    /// <summary>Finds the strongest approval of a plan that counts.</summary>
    internal (ApprovalKind Kind, string By) Strongest(Plan plan, GuardPolicy policy)
    {
        (ApprovalKind Kind, string By) best = (ApprovalKind.None, "");
        foreach (Approval approval in Read(plan.Id))
        {
            ApprovalKind kind = Weigh(approval, plan, policy).Kind;
            if (kind > best.Kind)
            {
                best = (kind, $"{approval.Kind} {approval.Name}");
            }
        }

        return best;
    }

    /// <summary>Says of the approvals of a plan that lie here and do not count why that is so; empty if there are none.</summary>
    internal string Uncounted(Plan plan, GuardPolicy policy) => string.Concat(Read(plan.Id)
        .Select(approval => (approval.Name, Weigh(approval, plan, policy).Why))
        .Where(static entry => entry.Why.Length > 0)
        .Select(static entry => $" The approval of {entry.Name} that is there does not count: {entry.Why}."));

    // What an approval is good for; if nothing, why.
    private (ApprovalKind Kind, string Why) Weigh(Approval approval, Plan plan, GuardPolicy policy)
    {
        if (approval.PlanId != plan.Id || !TryDecode(approval.Signature, out byte[] signature))
        {
            return (ApprovalKind.None, "it has no signature, or that of another plan");
        }

        byte[] text = Approval.Text(approval.PlanId, approval.Kind, approval.Name, approval.Time);
        if (approval.Kind != Approval.ByKey)
        {
            return approval.Kind == Approval.ByPrompt && _ledger.HasKey && CryptographicOperations.FixedTimeEquals(_ledger.Seal(text), signature)
                ? (ApprovalKind.Prompt, "")
                : (ApprovalKind.None, "it was not given at a terminal of this user");
        }

        PolicyApprover[] named = [.. policy.Approvers.Where(approver => approver.Name == approval.Name)];
        return named.Any(approver => approver.Verifies(text, signature))
            ? (ApprovalKind.SecondPrincipal, "")
            : (ApprovalKind.None, named.Length == 0 ? "the policy names nobody of that name in 'approvers'" : "its signature is not of the key that the policy names for that name, or it was changed since");
    }

    private List<Approval> Read(string planId)
    {
        List<Approval> found = [];
        try
        {
            string[] files = Path.Exists(_folder) ? Directory.GetFiles(_folder, planId + ".*.json") : [];
            foreach (string file in files.Order(StringComparer.Ordinal))
            {
                if (TryParse(RegularFiles.ReadText(file)) is { } approval)
                {
                    found.Add(approval);
                }
            }

            return found;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault($"The approvals in {_folder} cannot be read by this user: {e.Message.TrimEnd('.')}. Remove what another user has left there", e);
        }
    }

    // What is no approval approves nothing; the plan is refused for want of one, and that says so.
    private static Approval? TryParse(string text)
    {
        try
        {
            return Approval.Parse(text);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static GuardRefusedException Fault(string message, Exception? cause) => new("approval-file", message + ".", cause);

    private static bool TryDecode(string text, out byte[] bytes)
    {
        bytes = new byte[(text.Length / 4 * 3) + 3];
        bool isBase64 = Convert.TryFromBase64String(text, bytes, out int length);
        bytes = bytes[..length];
        return isBase64;
    }
}

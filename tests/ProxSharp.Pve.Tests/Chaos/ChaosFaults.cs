using ProxSharp.Simulator;
using ProxSharp.Simulator.Faults;

namespace ProxSharp.Pve.Tests.Chaos;

/// <summary>Lets something go wrong with the next operation, or not.</summary>
internal sealed class ChaosFaults(PveSimulator simulator, Random random)
{
    private static readonly string[] s_mortal = ["pve2", "pve3"];

    private readonly HashSet<string> _dead = [];

    /// <summary>How often each thing went wrong.</summary>
    public SortedDictionary<string, int> Counts { get; } = new(StringComparer.Ordinal);

    public void Prepare()
    {
        simulator.Faults.Clear();
        ReviveSome();
        foreach (string node in _dead)
        {
            simulator.Faults.KillNode(node);
        }

        switch (random.Next(16))
        {
            case 0 or 1:
                Arm("drop before execution", IsWrite, Fault.DropBeforeExecution);
                break;
            case 2 or 3:
                Arm("drop after execution", IsWrite, Fault.DropAfterExecution);
                break;
            case 4:
                Arm("596", IsWrite, Fault.ProxyTimeout);
                break;
            case 5:
                Arm("broken answer", IsWrite, Fault.TruncatedBody);
                break;
            case 6:
                Arm("gateway page", IsWrite, Fault.HtmlGateway);
                break;
            case 7:
                Arm("dropped read", static request => request.Method == "GET", Fault.DropBeforeExecution);
                Arm("dropped read", static request => request.Method == "GET", Fault.DropAfterExecution);
                break;
            case 8:
                Arm("595", IsWrite, Fault.ConnectionRefused);
                break;
            case 9 or 10:
                Count("tickets expired");
                simulator.Faults.ExpireTickets();
                break;
            case 11:
                Kill();
                break;
        }
    }

    /// <summary>Between the start of a task and its end something may happen too.</summary>
    public void Disturb()
    {
        switch (random.Next(8))
        {
            case 0:
                Count("tickets expired while waiting");
                simulator.Faults.ExpireTickets();
                break;
            case 1:
                Arm("dropped read while waiting", static request => request.Method == "GET", Fault.DropBeforeExecution);
                break;
            case 2:
                Kill();
                break;
        }
    }

    public void Calm()
    {
        _dead.Clear();
        simulator.Faults.Clear();
    }

    private static bool IsWrite(SimulatedRequest request) => request.Method != "GET" && !request.Path.EndsWith("/access/ticket", StringComparison.Ordinal);

    private void Kill()
    {
        string node = s_mortal[random.Next(s_mortal.Length)];
        Count("node died");
        _dead.Add(node);
        simulator.Faults.KillNode(node);
    }

    private void ReviveSome() => _dead.RemoveWhere(_ => random.Next(3) == 0);

    private void Arm(string name, Func<SimulatedRequest, bool> when, Fault fault)
    {
        Count(name);
        simulator.Faults.When(when, fault);
    }

    private void Count(string name) => Counts[name] = Counts.GetValueOrDefault(name) + 1;
}

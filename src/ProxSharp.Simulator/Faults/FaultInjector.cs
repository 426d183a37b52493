namespace ProxSharp.Simulator.Faults;

/// <summary>Makes requests fail on purpose. All members may be called while the simulator serves requests.</summary>
public sealed class FaultInjector
{
    private readonly Lock _gate = new();
    private readonly List<Rule> _rules = [];
    private readonly HashSet<string> _deadNodes = new(StringComparer.Ordinal);
    private readonly Action _expireTickets;

    internal FaultInjector(Action expireTickets) => _expireTickets = expireTickets;

    /// <summary>Makes the next request fail, whatever it is. Several calls queue up.</summary>
    public void Next(Fault fault) => When(static _ => true, fault, 1);

    /// <summary>Makes the requests that match fail.</summary>
    /// <param name="predicate">Chooses the requests.</param>
    /// <param name="fault">What goes wrong.</param>
    /// <param name="times">How often the fault strikes before it is used up; at least 1.</param>
    public void When(Func<SimulatedRequest, bool> predicate, Fault fault, int times = 1)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        ArgumentNullException.ThrowIfNull(fault);
        ArgumentOutOfRangeException.ThrowIfLessThan(times, 1);
        lock (_gate)
        {
            _rules.Add(new Rule(predicate, fault, times));
        }
    }

    /// <summary>Turns a node off for the rest of the cluster: calls that only this node can answer get <c>595 No route to host</c>.</summary>
    public void KillNode(string node)
    {
        ArgumentException.ThrowIfNullOrEmpty(node);
        lock (_gate)
        {
            _deadNodes.Add(node);
        }
    }

    /// <summary>Turns a node on again.</summary>
    public void ReviveNode(string node)
    {
        lock (_gate)
        {
            _deadNodes.Remove(node);
        }
    }

    /// <summary>Makes every ticket handed out so far invalid, as if it had grown too old. API tokens keep working.</summary>
    public void ExpireTickets() => _expireTickets();

    /// <summary>Forgets all rules and revives all nodes.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _rules.Clear();
            _deadNodes.Clear();
        }
    }

    internal bool IsDead(string node)
    {
        lock (_gate)
        {
            return _deadNodes.Contains(node);
        }
    }

    internal Fault? Take(SimulatedRequest request)
    {
        lock (_gate)
        {
            Rule? rule = _rules.Find(candidate => candidate.Predicate(request));
            if (rule is not null && --rule.Left == 0)
            {
                _rules.Remove(rule);
            }

            return rule?.Fault;
        }
    }

    private sealed class Rule(Func<SimulatedRequest, bool> predicate, Fault fault, int times)
    {
        public Func<SimulatedRequest, bool> Predicate { get; } = predicate;

        public Fault Fault { get; } = fault;

        public int Left { get; set; } = times;
    }
}

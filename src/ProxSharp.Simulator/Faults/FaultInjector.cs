namespace ProxSharp.Simulator.Faults;

/// <summary>Makes requests fail on purpose. All members may be called while the simulator serves requests.</summary>
public sealed class FaultInjector
{
    private readonly Lock _gate = new();
    private readonly List<Rule> _rules = [];
    private readonly List<(TaskFault Fault, int[] Left)> _taskFaults = [];
    private readonly Dictionary<string, bool> _deadNodes = new(StringComparer.Ordinal);
    private readonly HashSet<int> _lockedGuests = [];
    private readonly HashSet<int> _agentless = [];
    private readonly HashSet<string> _fullStorages = new(StringComparer.Ordinal);
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

    /// <summary>Makes tasks fail with a text. What they would have done is not done.</summary>
    public void FailTask(TaskFault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        ArgumentOutOfRangeException.ThrowIfLessThan(fault.Times, 1, nameof(fault));
        lock (_gate)
        {
            _taskFaults.Add((fault, [fault.Times]));
        }
    }

    /// <summary>
    /// Lets something else hold the lock file of a guest's configuration: changes fail with <c>can't lock file '…' - got timeout</c>, at once or
    /// as the exit status of their task.
    /// </summary>
    public void HoldLock(int vmid) => Change(() => _lockedGuests.Add(vmid));

    /// <summary>Lets the lock file of a guest's configuration go.</summary>
    public void ReleaseLock(int vmid) => Change(() => _lockedGuests.Remove(vmid));

    /// <summary>Stops the guest agent in a machine: calls get <c>500 QEMU guest agent is not running</c>.</summary>
    public void StopAgent(int vmid) => Change(() => _agentless.Add(vmid));

    /// <summary>Lets the guest agent in a machine run again.</summary>
    public void StartAgent(int vmid) => Change(() => _agentless.Remove(vmid));

    /// <summary>Fills a storage: whatever needs space on it fails.</summary>
    public void FillStorage(string storage) => Change(() => _fullStorages.Add(storage));

    /// <summary>Makes space on a storage again.</summary>
    public void EmptyStorage(string storage) => Change(() => _fullStorages.Remove(storage));

    /// <summary>
    /// Restarts a node at once: its running tasks end with <c>unexpected status</c>, its guests stop, and those with <c>onboot</c> are started
    /// again by a <c>startall</c> task.
    /// </summary>
    /// <exception cref="ArgumentException">There is no such node.</exception>
    /// <exception cref="NotSupportedException">The simulator has no nodes.</exception>
    public void RebootNode(string node) =>
        (Rebooter ?? throw new NotSupportedException("Only a simulated cluster has nodes."))(node);

    /// <summary>
    /// Turns a node off for the rest of the cluster: calls that only this node can answer get <c>595 No route to host</c>, or
    /// <c>596 Connection timed out</c> after 30 s if it hangs.
    /// </summary>
    /// <param name="node">The node.</param>
    /// <param name="hangs">True if the node takes connections but never answers; false (the default) if it cannot be reached.</param>
    public void KillNode(string node, bool hangs = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(node);
        Change(() => _deadNodes[node] = hangs);
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

    /// <summary>Forgets all rules, revives all nodes, lets all locks go, starts all agents and makes space on all storages.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _rules.Clear();
            _deadNodes.Clear();
            _taskFaults.Clear();
            _lockedGuests.Clear();
            _agentless.Clear();
            _fullStorages.Clear();
        }
    }

    /// <summary>Restarts a node; null if there are none.</summary>
    internal Action<string>? Rebooter { get; set; }

    internal bool IsDead(string node) => Look(() => _deadNodes.ContainsKey(node));

    internal bool IsHanging(string node) => Look(() => _deadNodes.GetValueOrDefault(node));

    internal bool IsLocked(int vmid) => Look(() => _lockedGuests.Contains(vmid));

    internal bool IsAgentStopped(int vmid) => Look(() => _agentless.Contains(vmid));

    internal bool IsFull(string storage) => Look(() => _fullStorages.Contains(storage));

    /// <summary>The text a task that is about to start shall fail with; null if it shall not.</summary>
    internal string? TakeTaskFault(string type, string id, string node)
    {
        lock (_gate)
        {
            int index = _taskFaults.FindIndex(candidate => candidate.Fault.Matches(type, id, node));
            if (index < 0)
            {
                return null;
            }

            (TaskFault fault, int[] left) = _taskFaults[index];
            if (--left[0] == 0)
            {
                _taskFaults.RemoveAt(index);
            }

            return fault.Text;
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

    private void Change(Action change)
    {
        lock (_gate)
        {
            change();
        }
    }

    private bool Look(Func<bool> question)
    {
        lock (_gate)
        {
            return question();
        }
    }

    private sealed class Rule(Func<SimulatedRequest, bool> predicate, Fault fault, int times)
    {
        public Func<SimulatedRequest, bool> Predicate { get; } = predicate;

        public Fault Fault { get; } = fault;

        public int Left { get; set; } = times;
    }
}

using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Firewall;

/// <summary>
/// The rules of a firewall or of a security group. The first rule that matches decides. Rules are known by their position: whoever changes one should
/// give the digest of the list as it was read, so that the call fails if somebody else has changed the list.
/// </summary>
public sealed class FirewallRules
{
    private readonly FirewallScope _scope;

    internal FirewallRules(FirewallScope scope) => _scope = scope;

    /// <summary>Lists the rules in their order.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET .../firewall/rules</c>, of a group <c>GET /cluster/firewall/groups/{group}</c>.</remarks>
    public Task<IReadOnlyList<FirewallRule>> ListAsync(CancellationToken cancellationToken = default) =>
        _scope.SendAsync(_scope.Paths.ListRules, null, FirewallWire.Rules, cancellationToken);

    /// <inheritdoc cref="ListAsync"/>
    public IReadOnlyList<FirewallRule> List(CancellationToken cancellationToken = default) =>
        _scope.Send(_scope.Paths.ListRules, null, FirewallWire.Rules, cancellationToken);

    /// <summary>Gets a rule.</summary>
    /// <param name="position">Its position, from 0.</param>
    /// <exception cref="ProxmoxApiException">There is no rule at this position.</exception>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET .../firewall/rules/{pos}</c>, of a group <c>GET /cluster/firewall/groups/{group}/{pos}</c>.</remarks>
    public Task<FirewallRule> GetAsync(int position, CancellationToken cancellationToken = default) =>
        _scope.SendAsync(_scope.Paths.GetRule, parameters => parameters.Add("pos", (long)position), FirewallWire.Rule, cancellationToken);

    /// <inheritdoc cref="GetAsync"/>
    public FirewallRule Get(int position, CancellationToken cancellationToken = default) =>
        _scope.Send(_scope.Paths.GetRule, parameters => parameters.Add("pos", (long)position), FirewallWire.Rule, cancellationToken);

    /// <summary>Adds a rule, in force if it says so.</summary>
    /// <param name="rule">The rule. Its position and digest do not count.</param>
    /// <param name="position">Where to insert it, from 0. Default: 0, before all others; a number beyond the last rule appends.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <remarks><c>POST .../firewall/rules</c>, of a group <c>POST /cluster/firewall/groups/{group}</c>. For a position other than 0 also a look
    /// at the list, and a move if need be.</remarks>
    public async Task AddAsync(FirewallRule rule, int position = 0, CancellationToken cancellationToken = default)
    {
        CheckNew(rule, position);
        await _scope.SendAsync(_scope.Paths.AddRule, parameters => Write(parameters, rule, position), cancellationToken).ConfigureAwait(false);
        if (position > 0 && FindMisplaced(await ListAsync(cancellationToken).ConfigureAwait(false), rule, position) is { } misplaced)
        {
            await MoveAsync(0, misplaced.Target, misplaced.Digest, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc cref="AddAsync"/>
    public void Add(FirewallRule rule, int position = 0, CancellationToken cancellationToken = default)
    {
        CheckNew(rule, position);
        _scope.Send(_scope.Paths.AddRule, parameters => Write(parameters, rule, position), cancellationToken);
        if (position > 0 && FindMisplaced(List(cancellationToken), rule, position) is { } misplaced)
        {
            Move(0, misplaced.Target, misplaced.Digest, cancellationToken);
        }
    }

    /// <summary>
    /// Changes a rule to what is given, from a copy of the rule that was read: <c>rule with { Comment = "new" }</c>. What is null in it is
    /// removed.
    /// </summary>
    /// <param name="rule">The rule with its position, and with the digest that makes sure that it is still the same rule.</param>
    /// <exception cref="ArgumentException">The rule has no position.</exception>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>PUT .../firewall/rules/{pos}</c>, of a group <c>PUT /cluster/firewall/groups/{group}/{pos}</c>.</remarks>
    public Task UpdateAsync(FirewallRule rule, CancellationToken cancellationToken = default) =>
        _scope.SendAsync(_scope.Paths.UpdateRule, parameters => WriteChange(parameters, rule), cancellationToken);

    /// <inheritdoc cref="UpdateAsync"/>
    public void Update(FirewallRule rule, CancellationToken cancellationToken = default) =>
        _scope.Send(_scope.Paths.UpdateRule, parameters => WriteChange(parameters, rule), cancellationToken);

    /// <summary>Moves a rule.</summary>
    /// <param name="position">Where it is, from 0.</param>
    /// <param name="newPosition">Where it is afterwards, from 0; a number beyond the last rule moves it to the end.</param>
    /// <param name="digest">The digest of the list as it was read: the call fails if it has changed since. Null does not look.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>PUT .../firewall/rules/{pos}</c>, of a group <c>PUT /cluster/firewall/groups/{group}/{pos}</c>.</remarks>
    public Task MoveAsync(int position, int newPosition, Digest? digest = null, CancellationToken cancellationToken = default) =>
        _scope.SendAsync(_scope.Paths.UpdateRule, parameters => WriteMove(parameters, position, newPosition, digest), cancellationToken);

    /// <inheritdoc cref="MoveAsync"/>
    public void Move(int position, int newPosition, Digest? digest = null, CancellationToken cancellationToken = default) =>
        _scope.Send(_scope.Paths.UpdateRule, parameters => WriteMove(parameters, position, newPosition, digest), cancellationToken);

    /// <summary>Puts a rule in force.</summary>
    /// <param name="position">Its position, from 0.</param>
    /// <param name="digest">The digest of the list as it was read: the call fails if it has changed since. Null does not look.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>PUT .../firewall/rules/{pos}</c>, of a group <c>PUT /cluster/firewall/groups/{group}/{pos}</c>.</remarks>
    public Task EnableAsync(int position, Digest? digest = null, CancellationToken cancellationToken = default) =>
        _scope.SendAsync(_scope.Paths.UpdateRule, parameters => WriteSwitch(parameters, position, true, digest), cancellationToken);

    /// <inheritdoc cref="EnableAsync"/>
    public void Enable(int position, Digest? digest = null, CancellationToken cancellationToken = default) =>
        _scope.Send(_scope.Paths.UpdateRule, parameters => WriteSwitch(parameters, position, true, digest), cancellationToken);

    /// <summary>Takes a rule out of force; it stays in the list.</summary>
    /// <param name="position">Its position, from 0.</param>
    /// <param name="digest">The digest of the list as it was read: the call fails if it has changed since. Null does not look.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>PUT .../firewall/rules/{pos}</c>, of a group <c>PUT /cluster/firewall/groups/{group}/{pos}</c>.</remarks>
    public Task DisableAsync(int position, Digest? digest = null, CancellationToken cancellationToken = default) =>
        _scope.SendAsync(_scope.Paths.UpdateRule, parameters => WriteSwitch(parameters, position, false, digest), cancellationToken);

    /// <inheritdoc cref="DisableAsync"/>
    public void Disable(int position, Digest? digest = null, CancellationToken cancellationToken = default) =>
        _scope.Send(_scope.Paths.UpdateRule, parameters => WriteSwitch(parameters, position, false, digest), cancellationToken);

    /// <summary>Deletes a rule.</summary>
    /// <param name="position">Its position, from 0.</param>
    /// <param name="digest">The digest of the list as it was read: the call fails if it has changed since. Null does not look.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>DELETE .../firewall/rules/{pos}</c>, of a group <c>DELETE /cluster/firewall/groups/{group}/{pos}</c>.</remarks>
    public Task DeleteAsync(int position, Digest? digest = null, CancellationToken cancellationToken = default) =>
        _scope.SendAsync(_scope.Paths.DeleteRule, parameters => WritePosition(parameters, position, digest), cancellationToken);

    /// <inheritdoc cref="DeleteAsync"/>
    public void Delete(int position, Digest? digest = null, CancellationToken cancellationToken = default) =>
        _scope.Send(_scope.Paths.DeleteRule, parameters => WritePosition(parameters, position, digest), cancellationToken);

    private static void CheckNew(FirewallRule rule, int position)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentOutOfRangeException.ThrowIfNegative(position);
    }

    private static void Write(ApiParameters parameters, FirewallRule rule, int position)
    {
        FirewallWire.Write(parameters, rule);
        parameters.Add("pos", position > 0 ? (long)position : null);
    }

    private static void WriteChange(ApiParameters parameters, FirewallRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        WritePosition(parameters, rule.Position ?? throw new ArgumentException("The rule has no position: read it first.", nameof(rule)), rule.Digest);
        FirewallWire.Write(parameters, rule);
        string unset = string.Join(',', FirewallWire.Optional(rule).Where(static member => member.Value is null).Select(static member => member.Name));
        parameters.Add("delete", unset.Length > 0 ? unset : null);
    }

    // Proxmox: the number is that of the rule before which it is inserted, counted before it is taken out.
    private static void WriteMove(ApiParameters parameters, int position, int newPosition, Digest? digest)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(newPosition);
        WritePosition(parameters, position, digest);
        parameters.Add("moveto", newPosition > position ? newPosition + 1L : newPosition);
    }

    private static void WriteSwitch(ApiParameters parameters, int position, bool isEnabled, Digest? digest)
    {
        WritePosition(parameters, position, digest);
        parameters.Add("enable", isEnabled ? 1L : 0L);
    }

    private static void WritePosition(ApiParameters parameters, int position, Digest? digest)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        parameters.Add("pos", (long)position);
        FirewallWire.Add(parameters, digest);
    }

    // Proxmox: servers may put a new rule before all others, whatever position was asked for.
    private static (int Target, Digest? Digest)? FindMisplaced(IReadOnlyList<FirewallRule> rules, FirewallRule rule, int position)
    {
        int target = Math.Min(position, rules.Count - 1);
        return target > 0 && !FirewallWire.SaysTheSame(rules[target], rule) && FirewallWire.SaysTheSame(rules[0], rule) ? (target, rules[0].Digest) : null;
    }
}

using ProxSharp.Api;
using ProxSharp.Schema;

namespace ProxSharp.Validation;

/// <summary>The checks of one endpoint, prepared once. A call without complaint allocates nothing for plain parameters.</summary>
internal sealed class EndpointCheck
{
    private const int MostMembersOnStack = 512;

    private readonly MemberTable _members;
    private readonly ValueCheck?[] _checks;
    private readonly ValueChecks _values;
    private readonly ParameterDialect _dialect;
    private readonly int[] _required;
    private readonly bool _allowsExtra;

    public EndpointCheck(ApiEndpoint endpoint, MemberTable members, ValueChecks values, ParameterDialect dialect)
    {
        (_members, _values, _dialect) = (members, values, dialect);
        _allowsExtra = endpoint.AllowsExtraParameters;
        _checks = new ValueCheck?[members.Nodes.Length];
        _required = [.. Enumerable.Range(0, members.Nodes.Length).Where(member => IsRequired(endpoint, member))];
    }

    private bool IsRequired(ApiEndpoint endpoint, int member)
    {
        ApiNode node = _members.Nodes[member];

        // Proxmox: the name of an uploaded file comes from the file's own part of the form.
        return (!node.IsOptional || node.IsPathParameter)
            && !MemberTable.IsIndexed(_members.Names[member])
            && !(_members.Names[member] == "filename" && endpoint.Path.EndsWith("/upload", StringComparison.Ordinal));
    }

    /// <summary>Checks the parameters of a call.</summary>
    /// <param name="parameters">The parameters, those of the path first.</param>
    /// <param name="reportsAll">True to look for missing parameters even if the server would not get that far.</param>
    /// <param name="errors">Receives the complaints.</param>
    public void Check(ApiParameters parameters, bool reportsAll, ref ParameterErrors errors)
    {
        int count = _members.Nodes.Length;
        Span<int> first = count <= MostMembersOnStack ? stackalloc int[MostMembersOnStack] : new int[count];
        first = first[..count];
        first.Clear();
        bool repeats = Locate(parameters, first);
        if (repeats && HasPathConflict(parameters, first, ref errors))
        {
            return;
        }

        CheckGiven(parameters, first, repeats, ref errors);
        if (reportsAll || errors.IsEmpty || !_dialect.LooksForMissingLast)
        {
            CheckMissing(parameters, first, ref errors);
        }
    }

    /// <summary>Notes where each member is given for the first time (one-based); tells whether any is given again.</summary>
    private bool Locate(ApiParameters parameters, Span<int> first)
    {
        bool repeats = false;
        for (int i = 0; i < parameters.Count; i++)
        {
            int member = _members.Find(parameters[i].Name);
            if (member < 0 || first[member] != 0)
            {
                repeats = true;
            }
            else
            {
                first[member] = i + 1;
            }
        }

        return repeats;
    }

    private bool HasPathConflict(ApiParameters parameters, ReadOnlySpan<int> first, ref ParameterErrors errors)
    {
        for (int i = 0; i < parameters.Count; i++)
        {
            int member = _members.Find(parameters[i].Name);
            if (member >= 0
                && _members.Nodes[member].IsPathParameter
                && parameters[first[member] - 1].Text != parameters[i].Text)
            {
                errors.Add(parameters[i].Name, "duplicate parameter (already defined in URI) with conflicting values!");
            }
        }

        return !errors.IsEmpty;
    }

    private void CheckGiven(ApiParameters parameters, ReadOnlySpan<int> first, bool repeats, ref ParameterErrors errors)
    {
        for (int i = 0; i < parameters.Count; i++)
        {
            ApiParameter parameter = parameters[i];
            int member = _members.Find(parameter.Name);
            if (member < 0)
            {
                if (!_allowsExtra && IsFirst(parameters, i))
                {
                    errors.Add(parameter.Name, _dialect.Unknown);
                }

                continue;
            }

            ApiNode node = _members.Nodes[member];
            if (repeats && !IsFirst(parameters, i))
            {
                continue;
            }

            if (node.Requires is { } required && _members.Find(required) is >= 0 and int other && first[other] == 0)
            {
                errors.Add(required, $"missing property - '{parameter.Name}' requires this property");
            }

            CheckMember(parameters, i, member, repeats && CountOf(parameters, parameter.Name) > 1, ref errors);
        }
    }

    private void CheckMember(ApiParameters parameters, int at, int member, bool isRepeated, ref ParameterErrors errors)
    {
        ApiParameter parameter = parameters[at];
        ApiNode node = _members.Nodes[member];
        if (node.Alternatives.Count > 0)
        {
            CheckAlternatives(parameters, at, node, isRepeated, ref errors);
        }
        else
        {
            CheckNode(parameters, parameter, _checks[member] ??= _values.For(node), isRepeated, ref errors);
        }
    }

    private void CheckNode(ApiParameters parameters, ApiParameter parameter, ValueCheck check, bool isRepeated, ref ParameterErrors errors)
    {
        ApiNode node = check.Node;
        if (node.Type == ApiValueType.Array)
        {
            CheckList(parameters, parameter, node, isRepeated, ref errors);
            return;
        }

        string value = parameter.Text;
        if (isRepeated && !node.IsPathParameter)
        {
            if (check is not PveValueCheck pve)
            {
                errors.Add(parameter.Name, "duplicate parameter.");
                return;
            }

            if (node.Format?.EndsWith("-list", StringComparison.Ordinal) != true)
            {
                errors.Add(parameter.Name, $"type check ('{pve.TypeName}') failed - got ARRAY");
                return;
            }

            // Proxmox: a list format given as repeated keys is joined before it is checked.
            value = string.Join(',', ItemsOf(parameters, parameter.Name));
        }

        if (check.Check(value, parameter.Name) is { } complaint)
        {
            errors.Add(parameter.Name, complaint);
        }
    }

    private void CheckList(ApiParameters parameters, ApiParameter parameter, ApiNode node, bool isRepeated, ref ParameterErrors errors)
    {
        bool isBackupServer = _dialect.LooksForMissingLast;

        // Proxmox: a single value becomes a list of one, unless Perl takes the value for false.
        if (!isRepeated && !isBackupServer && parameter.Text is "" or "0")
        {
            errors.Add(parameter.Name, "type check ('array') failed");
            return;
        }

        int index = 0;
        ValueCheck? items = node.Items is { } item ? _values.For(item) : null;
        foreach (string text in ItemsOf(parameters, parameter.Name))
        {
            string name = isBackupServer ? parameter.Name : $"{parameter.Name}[{index}]";
            if (items?.Check(text, name) is { } complaint)
            {
                errors.Add(name, complaint);
            }

            index++;
        }

        if (isBackupServer && FormatLists.CheckCount(node, index) is { } count)
        {
            errors.Add(parameter.Name, count);
        }
    }

    /// <summary>Checks a value of which another parameter chooses the form.</summary>
    private void CheckAlternatives(ApiParameters parameters, int at, ApiNode node, bool isRepeated, ref ParameterErrors errors)
    {
        ApiParameter parameter = parameters[at];
        string? chooser = node.AlternativesBy is { } by ? parameters.Find(by) : null;
        if (node.AlternativesBy is not null && chooser is null)
        {
            // Without the choice the server checks nothing.
            return;
        }

        ParameterErrors collected = default;
        bool isChosen = false;
        foreach (ApiAlternative alternative in node.Alternatives)
        {
            if (chooser is not null && !alternative.Values.Contains(chooser))
            {
                continue;
            }

            isChosen = true;
            ParameterErrors own = default;
            CheckNode(parameters, parameter, _values.For(alternative.Node), isRepeated, ref own);
            if (own.IsEmpty)
            {
                return;
            }

            collected = collected.IsEmpty ? own : collected;
        }

        if (!isChosen)
        {
            errors.Add(parameter.Name, _dialect.Unknown);
        }

        foreach (ParameterError error in collected.Items)
        {
            errors.Add(error.Parameter, error.Text);
        }
    }

    private void CheckMissing(ApiParameters parameters, ReadOnlySpan<int> first, ref ParameterErrors errors)
    {
        foreach (int member in _required)
        {
            if (first[member] == 0 && AppliesTo(_members.Nodes[member], parameters))
            {
                errors.Add(_members.Names[member], _dialect.Missing);
            }
        }
    }

    /// <summary>Tells whether a member belongs to the kind of object that the other parameters choose.</summary>
    private static bool AppliesTo(ApiNode node, ApiParameters parameters)
    {
        if (node.AlternativesBy is { } by)
        {
            string? choice = parameters.Find(by);
            return node.Alternatives.Any(alternative => alternative.Values.Contains(choice) && !alternative.Node.IsOptional);
        }

        return node.When is null
            || node.When.All(condition => parameters.Find(condition.Key) is { } value && condition.Value.Contains(value));
    }

    private static bool IsFirst(ApiParameters parameters, int at)
    {
        string name = parameters[at].Name;
        for (int i = 0; i < at; i++)
        {
            if (parameters[i].Name == name)
            {
                return false;
            }
        }

        return true;
    }

    private static int CountOf(ApiParameters parameters, string name)
    {
        int count = 0;
        for (int i = 0; i < parameters.Count; i++)
        {
            count += parameters[i].Name == name ? 1 : 0;
        }

        return count;
    }

    private static IEnumerable<string> ItemsOf(ApiParameters parameters, string name)
    {
        for (int i = 0; i < parameters.Count; i++)
        {
            if (parameters[i].Name == name)
            {
                yield return parameters[i].Text;
            }
        }
    }
}

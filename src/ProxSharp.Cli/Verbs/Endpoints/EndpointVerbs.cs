using System.CommandLine;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Charts;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Cli.Verbs.Guests;
using ProxSharp.Cli.Verbs.Nouns;
using ProxSharp.Pve.Guests;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Verbs.Endpoints;

/// <summary>Makes verbs out of descriptions of single calls.</summary>
internal static class EndpointVerbs
{
    /// <summary>Makes a verb that is one call, on no guest.</summary>
    public static Verb Make(VerbContext context, EndpointSpec spec)
    {
        if (IsUnused(context, spec))
        {
            return Closed(spec);
        }

        EndpointBinding binding = new(context, spec, isGuest: false);
        return Describe(spec, binding, ClassOf(spec), [.. binding.Arguments], Traits(spec, isGuest: false), async (run, cancellationToken) =>
        {
            if (spec.Node != NodeRule.OfTask)
            {
                // Both products have tasks, and the same calls for them.
                run.Expect(spec.Product);
            }

            StorageNodes? storage = await NodeFinder.StorageAsync(run, binding, cancellationToken).ConfigureAwait(false);
            CallParameters parameters = await binding.ParametersAsync(run, cancellationToken).ConfigureAwait(false);
            NeededChange.Check(run, binding, parameters.Parameters);
            StorageNeeds.Check(run, binding.Endpoint, parameters.Parameters);
            if (storage is { IsApart: true } && StorageReading.IsMeant(binding.Endpoint))
            {
                return await StorageReading.RunAsync(run, binding, storage, parameters.Parameters, Shape(binding), cancellationToken).ConfigureAwait(false);
            }

            Dictionary<string, string> known = await NodeFinder.FindAsync(
                run, binding, storage, parameters.Parameters, cancellationToken).ConfigureAwait(false);
            await binding.SettlePathAsync(run, known, cancellationToken).ConfigureAwait(false);
            string path = binding.Path(run, known);
            if (ClassOf(spec) == VerbClass.Read)
            {
                return await ReadAsync(run, binding, path, parameters.Parameters, cancellationToken).ConfigureAwait(false);
            }

            await PresentValues.AddAsync(run, binding, path, parameters.Parameters, cancellationToken).ConfigureAwait(false);
            PlannedCall call = new(binding.Endpoint.Method, path, parameters.Parameters) { Template = binding.Endpoint.Path, Upload = parameters.Upload };
            Subject subject = Subject.Of(
                run.Command.Path, binding.Endpoint, binding.PathValues(run), binding.LastPathValue(run) ?? known.GetValueOrDefault("node"), call.Parameters);
            return await new CallRunner(run, binding.Schema, binding.Endpoint).RunAsync(
                call, Action(run, binding, call, subject), subject.Name, cancellationToken).ConfigureAwait(false);
        });
    }

    private static string Action(VerbRun run, EndpointBinding binding, PlannedCall call, Subject subject) => EveryGuest.IsMeant(binding.Endpoint)
        ? EveryGuest.Action(binding.Endpoint, call.Parameters, binding.PathValue(run, "node"))
        : $"{ChangeRules.Doing(binding.Spec.Name)} {(binding.Endpoint.Path == "/nodes/{node}/ceph/stop" ? $"Ceph on node {subject.Name}" : subject.Title)}";

    /// <summary>Makes a verb that is one call on each of some guests.</summary>
    public static Verb MakeGuest(VerbContext context, GuestKind kind, EndpointSpec spec)
    {
        if (IsUnused(context, spec))
        {
            return Closed(spec);
        }

        EndpointBinding binding = new(context, spec, isGuest: true);
        GuestTargets targets = new(kind, takesWords: binding.Arguments.Count == 0, spec.GuestArgument);
        VerbClass @class = ClassOf(spec);
        return Describe(spec, binding, @class, [targets.Argument, .. binding.Arguments], Traits(spec, isGuest: true), async (run, cancellationToken) =>
        {
            run.Expect(ProxmoxProduct.VirtualEnvironment);
            if (@class != VerbClass.Read)
            {
                run.CheckFields(GuestRows.Shape);
            }

            CallParameters parameters = await binding.ParametersAsync(run, cancellationToken).ConfigureAwait(false);
            NeededChange.Check(run, binding, parameters.Parameters);
            (IReadOnlyList<GuestSummary> guests, IReadOnlyList<GuestSummary> templates) = await targets.FindAllAsync(run, cancellationToken).ConfigureAwait(false);
            if (@class == VerbClass.Read)
            {
                return await ReadAsync(run, binding, targets, guests, parameters.Parameters, cancellationToken).ConfigureAwait(false);
            }

            GuestChange change = ChangeOf(run, binding, spec, targets, parameters.Parameters) with
            {
                Remark = spec.Unchosen?.Invoke([.. templates.Where(guest => spec.Unneeded?.Invoke(guest, parameters.Parameters) is null)], parameters.Parameters),
            };
            return await new GuestRunner(run, change).RunAsync(guests, cancellationToken).ConfigureAwait(false);
        });
    }

    /// <summary>What a verb does to each of its guests.</summary>
    private static GuestChange ChangeOf(VerbRun run, EndpointBinding binding, EndpointSpec spec, GuestTargets targets, ApiParameters parameters)
    {
        bool IsNamed(GuestSummary guest) => targets.IsNamed(run, guest);
        PlannedCall Plan(GuestSummary guest, string node) => new(
            binding.Endpoint.Method, GuestPath(run, binding, guest, node), spec.Adjust?.Invoke(guest, parameters) ?? parameters)
        {
            Template = binding.Endpoint.Path,
            Target = GuestKinds.Title(guest),
        };
        return new(spec.Name, binding.Schema, binding.Endpoint, Plan)
        {
            PerNode = spec.PerNode,
            Skip = guest => spec.Skip?.Invoke(guest) ?? spec.Unneeded?.Invoke(guest, parameters)
                ?? (IsNamed(guest) ? null : spec.Obstacle?.Invoke(guest)?.Reason),
            Obstacle = guest => IsNamed(guest) ? spec.Obstacle?.Invoke(guest) : null,
            Refusal = spec.Refusal is { } refusal ? guest => refusal(guest, parameters) : null,
            OtherNode = spec.OtherNode is { } other ? GuestMaking.Value(parameters, other) : null,
            Part = Subject.OfGuest(run.Command.Path, binding.PathValues(run)),
        };
    }

    /// <summary>What a call does to the server, by the catalogue of operations.</summary>
    public static VerbClass ClassOf(EndpointSpec spec)
    {
        (ApiMethod method, string template) = EndpointBinding.Split(spec.Call);

        // What only reads starts faster if nobody opens the catalogue.
        return spec.Class ?? (!CallClass.Changes(method, template) ? VerbClass.Read
            : Asking.IsAlwaysNeeded(Asking.Find(spec.Product, method, template)) ? VerbClass.Destructive
            : VerbClass.Change);
    }

    /// <summary>The path of a call for a guest: kind, node and number come from it.</summary>
    public static string GuestPath(VerbRun run, EndpointBinding binding, GuestSummary guest, string node)
    {
        string path = binding.Path(run, new Dictionary<string, string> { ["node"] = node, ["vmid"] = guest.Id.ToString() });
        return path.Replace(
            $"/{(path.Contains("/lxc/", StringComparison.Ordinal) ? "lxc" : "qemu")}/{guest.Id}", $"/{guest.Type.Value}/{guest.Id}", StringComparison.Ordinal);
    }

    /// <summary>True if nobody typed the verb's word, so that <see cref="Closed"/> is enough.</summary>
    public static bool IsUnused(VerbContext context, EndpointSpec spec) =>
        context.Typed is { } typed && !typed.Contains(spec.Name, StringComparer.Ordinal) && !spec.Aliases.Any(
            alias => typed.Contains(alias, StringComparer.Ordinal));

    /// <summary>
    /// Makes a verb that is only listed. Help of the noun needs the name and the sentence; the many options of a verb that nobody typed would only
    /// cost time.
    /// </summary>
    public static Verb Closed(EndpointSpec spec) =>
        new(
            spec.Name,
            spec.Summary,
            spec.Class ?? (EndpointBinding.Split(spec.Call).Method == ApiMethod.Get ? VerbClass.Read : VerbClass.Change),
            static (_, _) => throw new InvalidOperationException("The verb was not built."))
        {
            Aliases = spec.Aliases,
            Examples = spec.Examples,
            Calls = [spec.Call],
        };

    /// <summary>The standard options of a verb.</summary>
    public static VerbTraits Traits(EndpointSpec spec, bool isGuest)
    {
        VerbTraits more = (isGuest ? VerbTraits.Bulk : VerbTraits.None) | (spec.OnlyAsks ? VerbTraits.None : VerbTraits.Waits);
        return ClassOf(spec) switch
        {
            VerbClass.Read => VerbTraits.Watch,
            VerbClass.Change when !CanAsk(spec) => VerbTraits.DryRun | more,
            _ => VerbTraits.DryRun | VerbTraits.Confirms | more,
        };
    }

    private static bool CanAsk(EndpointSpec spec)
    {
        (ApiMethod method, string template) = EndpointBinding.Split(spec.Call);
        return Asking.IsPossible(Asking.Find(spec.Product, method, template));
    }

    private static Verb Describe(
        EndpointSpec spec,
        EndpointBinding binding,
        VerbClass @class,
        IReadOnlyList<Argument> arguments,
        VerbTraits traits,
        Func<VerbRun, CancellationToken, Task<int>> run) =>
        new(spec.Name, spec.Summary, @class, run)
        {
            Aliases = spec.Aliases,
            Examples = spec.Examples,
            Details = spec.Details,
            Calls = [spec.Call],
            Arguments = arguments,
            Options = [.. binding.Options, .. ChartWords.OptionsOf(spec.Call)],
            HiddenOptions = binding.HiddenOptions,
            Needed = binding.Needed,
            Typed = binding.Typed,
            Traits = traits,
            IsDerived = spec.IsDerived,
        };

    private static ResultShape Shape(EndpointBinding binding)
    {
        ResultShape known = ResultShapes.Of(binding.Endpoint);
        return known with
        {
            LeadingFields = binding.Spec.Columns.Count > 0 ? binding.Spec.Columns : known.LeadingFields,
            TableFields = binding.Spec.Columns,
            NameField = binding.Spec.NameField ?? ResultNames.Of(binding.Schema, binding.Endpoint),
            NoNames = binding.Spec.NoNames,
        };
    }

    private static Task<int> ReadAsync(VerbRun run, EndpointBinding binding, string path, ApiParameters parameters, CancellationToken cancellationToken) =>
        Watching.RunAsync(run, async token =>
        {
            ServerSession session = await run.SessionAsync(token).ConfigureAwait(false);
            if (binding.OutputFile is { } file)
            {
                await Downloading.RunAsync(run, binding, path, parameters, run.Value(file), token).ConfigureAwait(false);
                return;
            }

            parameters = await ClockTimes.ByClockAsync(session, binding.Endpoint, path, parameters, token).ConfigureAwait(false);
            ApiResponse<JsonElement> response = await VerbErrors.ExplainedAsync(
                run, binding.Schema, binding.Endpoint, path, SyncLists.GetAsync(session, binding.Endpoint, path, parameters, token)).ConfigureAwait(false);
            run.Write(response.Data, Shape(binding) with { Subject = ResultNames.SubjectOf(binding.Endpoint, path) });
            TellPart(run, response, parameters);
        }, cancellationToken);

    // Who looks again and again sees each time the latest.
    private static void TellPart(VerbRun run, ApiResponse<JsonElement> response, ApiParameters parameters)
    {
        if (!run.IsGiven(run.Standard.Watch))
        {
            run.Command.TellPart(response, parameters, "--start and --limit");
        }
    }

    private static Task<int> ReadAsync(
        VerbRun run, EndpointBinding binding, GuestTargets targets, IReadOnlyList<GuestSummary> guests, ApiParameters parameters,
        CancellationToken cancellationToken) =>
        Watching.RunAsync(run, async token =>
        {
            List<(GuestSummary Guest, JsonElement Data)> results = await ReadEachAsync(run, binding, guests, parameters, token).ConfigureAwait(false);
            if (results.Any(result => IsRenamed(binding.Endpoint, result.Guest, result.Data)))
            {
                guests = (await targets.FindAllAsync(run, token, isRenamed: true).ConfigureAwait(false)).Guests;
                results = await ReadEachAsync(run, binding, guests, parameters, token).ConfigureAwait(false);
            }

            ResultShape shape = Shape(binding);
            shape = shape with { KnownFields = [.. AddedFields(binding.Spec, results), .. shape.KnownFields] };
            run.Write(
                results is [var alone] && targets.IsNamed(run, alone.Guest) ? Alone(run, alone) : Together(results),
                results is [var (guest, _)] ? shape with { Subject = ResultNames.SubjectOf(binding.Endpoint, GuestPath(run, binding, guest, guest.Node)) } : shape);
        }, cancellationToken);

    private static async Task<List<(GuestSummary Guest, JsonElement Data)>> ReadEachAsync(
        VerbRun run, EndpointBinding binding, IReadOnlyList<GuestSummary> guests, ApiParameters parameters, CancellationToken cancellationToken)
    {
        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        List<(GuestSummary Guest, JsonElement Data)> results = [];
        foreach (GuestSummary one in guests)
        {
            string path = GuestPath(run, binding, one, one.Node);
            ApiResponse<JsonElement> response = await VerbErrors.ExplainedAsync(
                run, binding.Schema, binding.Endpoint, path, session.GetAsync(path, parameters, cancellationToken)).ConfigureAwait(false);
            results.Add((one, binding.Spec.TellsNode ? WithNode(response.Data, one.Node) : response.Data));
            TellPart(run, response, parameters);
        }

        return results;
    }

    // Proxmox: the list of the cluster shows names up to 10 s late. What is read of the guest itself tells the present one.
    private static bool IsRenamed(ApiEndpoint endpoint, GuestSummary guest, JsonElement data)
    {
        bool tellsName = endpoint.Path.EndsWith("/{vmid}/config", StringComparison.Ordinal) || endpoint.Path.EndsWith("/{vmid}/status/current", StringComparison.Ordinal);
        return tellsName && guest is { IsLive: false, Name: { } listed } && data.ValueKind == JsonValueKind.Object
            && (data.TryGetProperty("name", out JsonElement name) || data.TryGetProperty("hostname", out name))
            && !string.Equals(name.GetString(), listed, StringComparison.OrdinalIgnoreCase);
    }

    private static string[] AddedFields(EndpointSpec spec, List<(GuestSummary Guest, JsonElement Data)> results)
    {
        bool hasValues = results.Any(static result => result.Data.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array));
        return ["vmid", .. hasValues ? ["value"] : Array.Empty<string>(), .. spec.TellsNode ? ["node"] : Array.Empty<string>()];
    }

    // The result of one guest that was named is as the server has it, and a selection is a list, of however many guests. Rows always tell the number.
    private static JsonElement Alone(VerbRun run, (GuestSummary Guest, JsonElement Data) result)
    {
        bool isWanted = run.Command.Output is { Format: OutputFormat.Csv or OutputFormat.Tsv } || run.Command.Output.Fields?.Contains("vmid") == true;
        bool isObject = result.Data.ValueKind == JsonValueKind.Object;
        if (!isWanted || (isObject && result.Data.TryGetProperty("vmid", out _)))
        {
            return result.Data;
        }

        JsonElement rows = Together([result]);
        return isObject ? rows[0] : rows;
    }

    private static JsonElement WithNode(JsonElement data, string node) => data.ValueKind != JsonValueKind.Object || data.TryGetProperty("node", out _)
        ? data
        : JsonText.Build(json =>
        {
            json.WriteStartObject();
            json.WriteString("node", node);
            foreach (JsonProperty member in data.EnumerateObject())
            {
                member.WriteTo(json);
            }

            json.WriteEndObject();
        });

    // What several guests answered becomes one list; each item says whose it is.
    private static JsonElement Together(List<(GuestSummary Guest, JsonElement Data)> results) => JsonText.Build(json =>
    {
        json.WriteStartArray();
        foreach ((GuestSummary guest, JsonElement data) in results)
        {
            foreach (JsonElement item in data.ValueKind == JsonValueKind.Array ? data.EnumerateArray() : (IEnumerable<JsonElement>)[data])
            {
                json.WriteStartObject();
                json.WriteNumber("vmid", guest.Id.Value);
                if (item.ValueKind == JsonValueKind.Object)
                {
                    foreach (JsonProperty member in item.EnumerateObject().Where(static member => member.Name != "vmid"))
                    {
                        member.WriteTo(json);
                    }
                }
                else
                {
                    json.WritePropertyName("value");
                    item.WriteTo(json);
                }

                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
    });
}

using ProxSharp.Api;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Cli.Verbs.Guests;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Verbs.Derived;

/// <summary>Adds a verb to nouns for every call of the schema that none of their own verbs makes.</summary>
internal static class DerivedNouns
{
    /// <summary>Adds the verbs below a noun.</summary>
    /// <param name="noun">The noun with its own verbs.</param>
    /// <param name="context">What verbs are made from.</param>
    /// <param name="products">The products whose calls belong to it.</param>
    public static Noun With(Noun noun, VerbContext context, params IReadOnlyList<ProxmoxProduct> products)
    {
        if (IsOwn(noun, context))
        {
            return noun;
        }

        HashSet<string> made = new(All(noun).Where(static verb => !verb.SharesCalls).SelectMany(static verb => verb.Calls), StringComparer.Ordinal);
        foreach (ApiSchema schema in products.Select(product => product == ProxmoxProduct.BackupServer ? VerbContext.Pbs : VerbContext.Pve))
        {
            foreach (DerivedVerb verb in PathWords.Of(schema).Where(verb => verb.Words[0] == noun.Name && !made.Contains(verb.Call)))
            {
                Noun place = noun;
                foreach (string word in verb.Noun.Skip(1))
                {
                    place = place.Below(word, context.WantsText ? Summary(schema, verb, word) : "");
                }

                place.Add(Make(context, schema, verb));
            }
        }

        return noun;
    }

    // Daily verbs start faster if nobody looks through the schema for others.
    private static bool IsOwn(Noun noun, VerbContext context)
    {
        if (context.WantsText || context.Typed is not { } typed)
        {
            return false;
        }

        Noun? place = noun;
        foreach (string word in typed.SkipWhile(word => word != noun.Name).Skip(1))
        {
            if (place.Verbs.Any(verb => verb.Name == word || verb.Aliases.Contains(word)))
            {
                return true;
            }

            place = place.Nouns.FirstOrDefault(below => below.Name == word);
            if (place is null)
            {
                return false;
            }
        }

        return false;
    }

    private static IEnumerable<Verb> All(Noun noun) => noun.Verbs.Concat(noun.Nouns.SelectMany(All));

    private static Verb Make(VerbContext context, ApiSchema schema, DerivedVerb verb)
    {
        (ApiMethod method, string path) = EndpointBinding.Split(verb.Call);
        string? summary = context.WantsText ? ParameterWords.Find(schema.Product, path, $"op:{verb.Call}") : null;
        bool isMoveOfHa = verb.Call is "POST /cluster/ha/resources/{sid}/migrate" or "POST /cluster/ha/resources/{sid}/relocate";
        EndpointSpec spec = new(verb.Name, verb.Call, context.WantsText ? summary ?? verb.Call : "")
        {
            Product = verb.Product,
            IsDerived = true,
            NamesItem = method != ApiMethod.Get,
            Node = verb.Node,
            Doubled = isMoveOfHa ? "node" : null,
            OnlyAsks = isMoveOfHa,
            Details = isMoveOfHa ? "High availability is only asked, and acts on it in its next round. prox vm migrate and prox ct migrate ask it as well, and wait until the guest is there." : null,
            Examples = context.WantsText ? DerivedExamples.Of(schema, verb, summary) : [],
        };
        return verb.Node == NodeRule.OfGuest
            ? EndpointVerbs.MakeGuest(context, verb.Words[0] == "ct" ? GuestKind.Container : GuestKind.Vm, spec)
            : EndpointVerbs.Make(context, spec);
    }

    // The sentence about the words, else about the group of paths that the last of them comes from.
    private static string Summary(ApiSchema schema, DerivedVerb verb, string word)
    {
        string words = string.Join(' ', verb.Noun.TakeWhile(other => other != word).Append(word));
        if (ParameterWords.Find(schema.Product, "", $"noun:{words}") is { } own)
        {
            return own;
        }

        string[] segments = EndpointBinding.Split(verb.Call).Template.Split('/');
        int at = Array.FindIndex(
            segments, segment => segment == word || PathMap.Singular.GetValueOrDefault(segment) == word || segment.Replace('_', '-') == word);
        return (at > 0 ? ParameterWords.Find(schema.Product, "", $"group:{string.Join('/', segments[..(at + 1)])}") : null)
            ?? $"Commands about {words}.";
    }
}

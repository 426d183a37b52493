using ProxSharp.Api;
using ProxSharp.Schema;

namespace ProxSharp.Mcp.Tools;

/// <summary>
/// Finds endpoints by words. Paths have words of their own for what people call otherwise, and a method stands for what is done: both are found by the words
/// of people, too. What a path is about, which is its end, counts most, then the rest of it, then its parameters.
/// </summary>
internal static class ApiSearch
{
    // Before the colon what people say, behind it what stands for that in methods and paths. What begins with a slash is a path, with all that is below it.
    private const string Alike = """
        create add new make: POST
        remove destroy drop: DELETE
        change edit modify set rename: PUT
        update: PUT apt
        list show read see view: GET
        vm machine: qemu
        guest: qemu lxc
        container ct: lxc
        host: nodes
        extend grow: resize
        copy template: clone
        disk: move_disk
        move: migrate move_volume
        snapshots: snapshot
        hardware memory cpu tag: config
        reboot: /nodes/{node}/status
        restart: reboot reset
        boot: start
        poweroff halt off: stop shutdown
        power: status
        console: vncproxy termproxy spiceproxy
        terminal shell: termproxy
        vnc: vncproxy
        run command: exec
        ip: network-get-interfaces interfaces
        who right: acl permissions
        permission grant: acl
        privilege: roles permissions
        login: ticket tfa
        2fa: tfa
        job schedule: /cluster/backup /cluster/replication /config/prune /config/sync /config/verify /config/tape-backup-job
        backup: vzdump archive ostemplate
        restore: /nodes/{node}/qemu /nodes/{node}/lxc
        retention: prune
        garbage collection: gc
        space: datastore-usage
        usage: status rrddata
        log: syslog journal
        metric graph: rrddata
        health: status
        iso: upload download-url
        download: download-url
        upgrade package: apt
        vlan: vnets
        mail: notifications
        """;

    private static readonly Dictionary<string, string[]> s_alike = Read(Alike);

    // What says nothing about what is looked for.
    private static readonly HashSet<string> s_idle = new(
        "a an the of to in on for from by with at and or how do does can could i my me you is are be which what where all any".Split(' '),
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Finds the endpoints that have all words in method, path or parameters, the most fitting first.</summary>
    /// <param name="schemas">Where to look.</param>
    /// <param name="query">The words, with blanks between.</param>
    /// <returns>What was found; true if none has all words, and these have the most.</returns>
    public static (IReadOnlyList<ApiHit> Found, bool IsPart) Find(IEnumerable<ApiSchema> schemas, string query)
    {
        string[] all = query.Split([' ', '/', ',', '?'], StringSplitOptions.RemoveEmptyEntries);
        string[] words = Array.FindAll(all, static word => !s_idle.Contains(word));
        Wanted[] wanted = [.. (words.Length == 0 ? all : words).Select(static word => new Wanted(word))];
        bool isOfNode = Array.Exists(wanted, static word => word.IsNode);
        List<ApiHit> hits = [];
        foreach (ApiSchema schema in schemas)
        {
            foreach (ApiEndpoint endpoint in schema.Endpoints)
            {
                if (Hit(schema, endpoint, wanted, isOfNode) is { } hit)
                {
                    hits.Add(hit);
                }
            }
        }

        int most = hits.Count == 0 ? 0 : hits.Max(static hit => hit.Words);
        ApiHit[] best = [.. hits.Where(hit => hit.Words == most).OrderByDescending(static hit => hit.Weight).ThenBy(static hit => hit.Endpoint.Path.Length)];
        return (best, most > 0 && most < wanted.Length);
    }

    private static Dictionary<string, string[]> Read(string table)
    {
        Dictionary<string, string[]> alike = new(StringComparer.OrdinalIgnoreCase);
        foreach (string line in table.Split('\n'))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            foreach (string word in line[..colon].Split(' '))
            {
                alike[word] = line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            }
        }

        return alike;
    }

    // Guests are what is asked for most, and what is far down in a path least.
    private static ApiHit? Hit(ApiSchema schema, ApiEndpoint endpoint, Wanted[] wanted, bool isOfNode)
    {
        string path = endpoint.Path;
        string[] segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        double weight = -0.05 * segments.Length;
        if (!isOfNode)
        {
            weight += path.StartsWith("/nodes/{node}/qemu", StringComparison.Ordinal) ? 0.3 : path.StartsWith("/nodes/{node}/lxc", StringComparison.Ordinal) ? 0.2 : 0;
        }

        int words = 0;
        foreach (Wanted word in wanted)
        {
            double best = word.Weigh(endpoint, segments);
            words += best > 0 ? 1 : 0;
            weight += best;
        }

        return words == 0 ? null : new ApiHit(schema, endpoint, words, weight);
    }

    /// <summary>A word of the query with all that it may be called.</summary>
    private sealed class Wanted
    {
        private const double Synonym = 0.9;

        private readonly List<(string Form, double Weight)> _forms = [];

        public Wanted(string word)
        {
            string one = word.Length > 3 && word.EndsWith('s') ? word[..^1] : word;
            _forms.Add((word, 1));
            foreach (string form in one == word ? [word] : new[] { word, one })
            {
                if (s_alike.TryGetValue(form, out string[]? others))
                {
                    _forms.AddRange(others.Select(static other => (other, Synonym)));
                }
            }

            if (one != word)
            {
                _forms.Add((one, 1));
            }

            IsNode = one.Equals("node", StringComparison.OrdinalIgnoreCase) || one.Equals("host", StringComparison.OrdinalIgnoreCase);
        }

        /// <summary>True if it says that a node is meant, and no guest.</summary>
        public bool IsNode { get; }

        /// <summary>How much an endpoint is about the word; 0 for not at all.</summary>
        public double Weigh(ApiEndpoint endpoint, string[] segments)
        {
            double best = 0;
            foreach ((string form, double weight) in _forms)
            {
                best = Math.Max(best, weight * (form[0] == '/' ? Below(endpoint.Path, form) : Said(endpoint, segments, form)));
            }

            return best;
        }

        // The object itself, what stands for one of its kind, and what is further down.
        private static double Below(string path, string form) => path == form ? 3
            : !path.StartsWith(form + "/", StringComparison.Ordinal) ? 0
            : path.AsSpan(form.Length + 1).Contains('/') ? 1.5 : 2.5;

        private static double Said(ApiEndpoint endpoint, string[] segments, string form)
        {
            if (ApiMethods.ToVerb(endpoint.Method).Equals(form, StringComparison.OrdinalIgnoreCase))
            {
                return 4;
            }

            int last = Array.FindLastIndex(segments, static segment => segment[0] != '{');
            double best = 0;
            for (int i = 0; i < segments.Length; i++)
            {
                double fit = segments[i][0] == '{' ? segments[i].Contains(form, StringComparison.OrdinalIgnoreCase) ? 1 : 0
                    : Fit(segments[i], form) + (i == last ? 1 : 0);
                best = Math.Max(best, fit > 1 || segments[i][0] == '{' ? fit : 0);
            }

            return best > 0 ? best : Named(endpoint, form);
        }

        // The whole segment, a word of it, or a piece.
        private static double Fit(string segment, string form) => IsSame(segment, form) ? 3
            : Array.Exists(segment.Split('-', '_'), part => IsSame(part, form)) ? 2
            : segment.Contains(form, StringComparison.OrdinalIgnoreCase) ? 1.1 : 0;

        private static bool IsSame(string segment, string form) => segment.Equals(form, StringComparison.OrdinalIgnoreCase)
            || (segment.Length == form.Length + 1 && segment[^1] == 's' && segment.StartsWith(form, StringComparison.OrdinalIgnoreCase));

        private static double Named(ApiEndpoint endpoint, string form)
        {
            double best = 0;
            foreach (string name in endpoint.Parameters.Keys)
            {
                best = name.Equals(form, StringComparison.OrdinalIgnoreCase) ? 1 : name.Contains(form, StringComparison.OrdinalIgnoreCase) ? Math.Max(best, 0.5) : best;
                if (best >= 1)
                {
                    break;
                }
            }

            return best;
        }
    }
}

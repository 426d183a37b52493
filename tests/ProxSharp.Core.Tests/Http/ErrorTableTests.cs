using ProxSharp.Api;
using ProxSharp.Http;
using ProxSharp.Testing;

namespace ProxSharp.Core.Tests.Http;

/// <summary>Each row of the error table, with texts that servers were seen to send.</summary>
public sealed class ErrorTableTests
{
    private static readonly (string Rule, int Status, string Text, Type Exception, bool Transient)[] s_rows =
    [
        ("csrf", 401, "Permission denied - invalid csrf token", typeof(ProxmoxAuthenticationException), false),
        ("csrf", 401, "authentication failed - missing CSRF prevention token", typeof(ProxmoxAuthenticationException), false),
        ("no-ticket", 401, "No ticket", typeof(ProxmoxAuthenticationException), false),
        ("login-refused", 401, "authentication failure", typeof(ProxmoxAuthenticationException), false),
        ("pbs-login-refused", 401, "permission check failed.", typeof(ProxmoxAuthenticationException), false),
        ("console-ticket", 401, "permission denied - invalid PVEVNC ticket", typeof(ProxmoxAuthenticationException), false),
        ("pbs-user-missing", 401, "user 'shu@pbs' does not exists.", typeof(ProxmoxNotFoundException), false),
        ("pbs-password-wanted", 401, "missing password", typeof(ProxmoxAuthenticationException), false),
        ("credentials-refused", 401, "Authentication failed!", typeof(ProxmoxAuthenticationException), false),
        ("credentials-refused", 401, "authentication failed - invalid ticket - expired", typeof(ProxmoxAuthenticationException), false),
        ("token-refused", 403, "Permission check failed (URI '/access/password' not available with API token, need proper ticket.\n)", typeof(ProxmoxPermissionException), false),
        ("forbidden", 403, "Permission check failed (/vms/100, VM.Audit)", typeof(ProxmoxPermissionException), false),
        ("forbidden", 403, "permission check failed", typeof(ProxmoxPermissionException), false),
        ("backup-owner", 400, "backup owner check failed (demo@pbs!ci != demo@pbs)", typeof(ProxmoxPermissionException), false),
        ("backup-owner", 400, "backup owner check failed!", typeof(ProxmoxPermissionException), false),
        ("backup-owner", 403, "backup owner check failed", typeof(ProxmoxPermissionException), false),
        ("root-only", 500, "only root can set 'args' config", typeof(ProxmoxPermissionException), false),
        ("root-only-option", 400, "Parameter verification failed.\nOnly root may use this option.", typeof(ProxmoxPermissionException), false),
        ("unreachable", 595, "Connection refused", typeof(ProxmoxApiException), true),
        ("unreachable", 595, "No route to host", typeof(ProxmoxApiException), true),
        ("node-certificate", 596, "tls_process_server_certificate: certificate verify failed", typeof(ProxmoxApiException), false),
        ("proxy-timeout", 596, "Connection timed out", typeof(ProxmoxApiException), true),
        ("answer-broken", 596, "Broken pipe", typeof(ProxmoxApiException), true),
        ("proxy-broken", 596, "Connection reset by peer", typeof(ProxmoxApiException), true),
        ("proxy-other", 597, "connection reset", typeof(ProxmoxApiException), true),
        ("proxy-other", 599, "Too many redirections", typeof(ProxmoxApiException), true),
        ("gateway", 502, "Bad Gateway", typeof(ProxmoxApiException), true),
        ("gateway", 504, "Gateway Timeout", typeof(ProxmoxApiException), true),
        ("redirect", 301, "Moved Permanently", typeof(ProxmoxApiException), false),
        ("too-many-requests", 429, "Too Many Requests", typeof(ProxmoxApiException), true),
        ("proxy-loop", 500, "proxy loop detected", typeof(ProxmoxApiException), false),
        ("node-lookup", 500, "hostname lookup 'nosuch' failed - failed to get address info for: nosuch: Temporary failure in name resolution", typeof(ProxmoxNotFoundException), false),
        ("node-address", 500, "address lookup for 'pve3' did not find any IP address", typeof(ProxmoxNotFoundException), false),
        ("lock-timeout", 500, "can't lock file '/var/lock/qemu-server/lock-121.conf' - got timeout", typeof(ProxmoxConflictException), true),
        ("guest-locked", 500, "VM is locked (backup)", typeof(ProxmoxConflictException), true),
        ("vnet-firewall", 500, "invalid vnet specified at /usr/share/perl5/PVE/API2/Firewall/Helpers.pm line 54.", typeof(ProxmoxNotFoundException), false),
        ("rule-position", 500, "no rule at position 7", typeof(ProxmoxNotFoundException), false),
        ("container-locked", 500, "CT is locked (snapshot)", typeof(ProxmoxConflictException), true),
        ("quorum", 500, "cluster not ready - no quorum?", typeof(ProxmoxApiException), true),
        ("cluster-lock", 500, "cfs-lock 'domain-ha' error: got lock request timeout", typeof(ProxmoxConflictException), true),
        ("lock-aborted", 500, "cfs-lock 'file-user_cfg' error: got lock timeout - aborting command", typeof(ProxmoxConflictException), true),
        ("unable-to-lock", 400, "unable to acquire lock on backup group directory \"/x\" - another backup is already running", typeof(ProxmoxConflictException), true),
        ("digest", 500, "checksum mismatch (file change by other user?)", typeof(ProxmoxConflictException), false),
        ("digest-other", 500, "detected modified configuration - file changed by other user? Try again.", typeof(ProxmoxConflictException), false),
        ("guest-missing", 500, "Configuration file 'nodes/pve1/qemu-server/999.conf' does not exist", typeof(ProxmoxNotFoundException), false),
        ("exists", 500, "unable to create VM 110 - VM 110 already exists on node 'pve1'", typeof(ProxmoxConflictException), false),
        ("exists", 400, "Parameter verification failed.\nToken already exists.", typeof(ProxmoxConflictException), false),
        ("defined", 500, "create storage failed: storage ID 'dir2' already defined", typeof(ProxmoxConflictException), false),
        ("pool-member", 500, "update pools failed: VM 200 is already a pool member", typeof(ProxmoxConflictException), false),
        ("other-pool", 500, "update pools failed: VM 100 belongs already to pool 'dev' and 'allow-move' is not set", typeof(ProxmoxConflictException), false),
        ("missing", 500, "storage 'nosuch' does not exist", typeof(ProxmoxNotFoundException), false),
        ("no-such-file", 500, "no such file '/nosuch.html'", typeof(ProxmoxApiException), false),
        ("no-such-uri", 501, "no such uri", typeof(ProxmoxApiException), false),
        ("no-such", 500, "no such user ('x@pve')", typeof(ProxmoxNotFoundException), false),
        ("no-such", 400, "no such datastore 'nostore'", typeof(ProxmoxNotFoundException), false),
        ("no-such", 400, "Parameter verification failed.\nno such task", typeof(ProxmoxNotFoundException), false),
        ("acme-plugin", 500, "ACME account plugin 'cloudflare' not defined", typeof(ProxmoxNotFoundException), false),
        ("cpu-model", 500, "Custom cputype 'x86' not found", typeof(ProxmoxNotFoundException), false),
        ("no-entry", 500, "route map 'rm1' has no entry with order 1", typeof(ProxmoxNotFoundException), false),
        ("not-ha-managed", 500, "cannot delete service 'vm:999', not HA managed!", typeof(ProxmoxNotFoundException), false),
        ("pbs-no-entry", 400, "ENOENT: No such file or directory", typeof(ProxmoxNotFoundException), false),
        ("pbs-not-in-catalog", 400, "path \"root.pxar.didx/lost/file\" not found in catalog", typeof(ProxmoxNotFoundException), false),
        ("pbs-not-in-archive", 400, "error opening '\"lost/file\"'", typeof(ProxmoxNotFoundException), false),
        ("pbs-no-file", 400, "File open failed: No such file or directory (os error 2)", typeof(ProxmoxNotFoundException), false),
        ("pbs-no-blob", 400, "unable to load blob '\"/s/vm/100/2020-01-01T00:00:00Z/index.json.blob\"' - No such file or directory (os error 2)", typeof(ProxmoxNotFoundException), false),
        ("pbs-no-index", 400, "Unable to open dynamic index \"/s/vm/100/x/catalog.pcat1.didx\" - No such file or directory (os error 2)", typeof(ProxmoxNotFoundException), false),
        ("pbs-file-not-found", 404, "open file \"/s/vm/100/x/nosuch.blob\" failed - not found", typeof(ProxmoxNotFoundException), false),
        ("encrypted", 400, "cannot decode 'catalog.pcat1.didx' - is encrypted", typeof(ProxmoxApiException), false),
        ("collecting", 400, "starting garbage collection on store store1 failed - garbage collector already running", typeof(ProxmoxConflictException), true),
        ("job-running", 400, "job already running", typeof(ProxmoxConflictException), true),
        ("file-missing", 400, "Error getting host key - unable to read \"/etc/ssh/key.pub\" - No such file or directory (os error 2)", typeof(ProxmoxApiException), false),
        ("mapping", 500, "mapping 'x' not found", typeof(ProxmoxNotFoundException), false),
        ("no-namespace", 404, "namespace not found", typeof(ProxmoxNotFoundException), false),
        ("not-found", 404, "Path '/api2/json/no/such/path' not found.", typeof(ProxmoxNotFoundException), false),
        ("agent", 500, "QEMU guest agent is not running", typeof(ProxmoxApiException), true),
        ("running", 500, "VM 110 is running - destroy failed", typeof(ProxmoxConflictException), false),
        ("container-running", 500, "unable to destroy CT 201 - container is running.", typeof(ProxmoxConflictException), false),
        ("replicated", 500, "There is a replication job '101-0' for guest '101' - Please remove that first.", typeof(ProxmoxConflictException), false),
        ("protected-snapshot", 400, "cannot remove protected snapshot", typeof(ProxmoxConflictException), false),
        ("partially-deleted", 400, "group only partially deleted due to protected snapshots.", typeof(ProxmoxConflictException), false),
        ("maintenance", 400, "datastore 'tmpstore' is in offline maintenance mode: down for tests", typeof(ProxmoxConflictException), true),
        ("not-implemented", 501, "Method 'GET /nosuch' not implemented", typeof(ProxmoxApiException), false),
        ("too-large", 501, "for data too large", typeof(ProxmoxApiException), false),
        ("chunked", 501, "chunked transfer encoding not supported", typeof(ProxmoxApiException), false),
        ("unexpected-content", 501, "Unexpected content for method 'DELETE'", typeof(ProxmoxApiException), false),
        ("parameters", 400, "Parameter verification failed.\nproperty is missing and it is not optional", typeof(ProxmoxApiException), false),
        ("no-verb", 405, "Method Not Allowed", typeof(ProxmoxApiException), false),
        ("timeout", 500, "Timeout while waiting for port '5901' to get ready!", typeof(ProxmoxApiException), true),
        ("any", 500, "no spice port", typeof(ProxmoxApiException), false),
        ("any", 506, "upload 'Content-Type 'text/xml' not implemented", typeof(ProxmoxApiException), false),
    ];

    public static TheoryData<string, int, string, Type, bool> Rows()
    {
        TheoryData<string, int, string, Type, bool> data = [];
        foreach ((string rule, int status, string text, Type exception, bool transient) in s_rows)
        {
            data.Add(rule, status, text, exception, transient);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Find_TextOfAServer_IsTheRowMeantForIt(string rule, int status, string text, Type exception, bool transient)
    {
        Assert.Equal(rule, ErrorTable.Find(status, text).Name);
        using TestConnection connection = new(_ => StubHandler.Text(status, text.Split('\n')[0], text));
        ProxmoxApiException thrown = (ProxmoxApiException)await Assert.ThrowsAsync(exception, () => connection.SendAsync(true, new ApiOperation(ApiMethod.Get, "/version")));
        Assert.Equal((transient, status, text.Trim()), (thrown.IsTransient, (int)thrown.StatusCode, thrown.ServerMessage));
        Assert.StartsWith("Unable to GET /version on pve1:8006: ", thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', thrown.Message);
        Assert.False(thrown.OutcomeUnknown);
    }

    [Theory]
    [InlineData("/admin/datastore/{store}/files", ApiMethod.Get, true)]
    [InlineData("/reader", ApiMethod.Get, true)]
    [InlineData("/backup", ApiMethod.Get, false)]
    [InlineData("/admin/datastore/{store}/notes", ApiMethod.Put, false)]
    public async Task OwnerCheck_OfARead_NamesTheRightThatIsMissing(string path, ApiMethod method, bool isRead)
    {
        using TestConnection connection = new(_ => StubHandler.Text(400, "Bad Request", "backup owner check failed (demo@pbs!ci != demo@pbs)"));
        ProxmoxPermissionException refused = await Assert.ThrowsAsync<ProxmoxPermissionException>(
            () => connection.SendAsync(false, new ApiOperation(method, path), path.Contains('{', StringComparison.Ordinal) ? new() { { "store", "store1" } } : null));
        Assert.Equal(isRead, refused.Message.Contains("Datastore.Read on the datastore or namespace (role DatastoreReader)", StringComparison.Ordinal));
        Assert.Equal(isRead, !refused.Message.Contains("change the owner", StringComparison.Ordinal));
    }

    [Fact]
    public void Rules_EachHaveAnExample() => Assert.Empty(ErrorTable.Rules.Select(static rule => rule.Name).Except(s_rows.Select(static row => row.Rule)));

    [Theory]
    [InlineData(595, "Connection refused", false)]
    [InlineData(596, "Connection timed out", true)]
    [InlineData(596, "Broken pipe", true)]
    [InlineData(597, "x", true)]
    [InlineData(599, "x", true)]
    [InlineData(502, "Bad Gateway", true)]
    [InlineData(500, "Timeout while waiting for something", true)]
    [InlineData(500, "VM is locked (backup)", false)]
    [InlineData(403, "Permission check failed", false)]
    [Trait("Acceptance", "6")]
    public async Task Write_FailedOnTheWay_SaysWhetherItsOutcomeIsKnown(int status, string reason, bool unknown)
    {
        using TestConnection connection = new(_ => StubHandler.Text(status, reason));
        ProxmoxException thrown = await Assert.ThrowsAnyAsync<ProxmoxException>(
            () => connection.SendAsync(false, new ApiOperation(ApiMethod.Post, "/nodes/{node}/qemu/{vmid}/status/start"), new() { { "node", "pve1" }, { "vmid", 100 } }));
        ProxmoxApiException answer = Assert.IsAssignableFrom<ProxmoxApiException>(unknown ? thrown.InnerException : thrown);
        Assert.Equal(unknown, thrown is ProxmoxOutcomeUnknownException);
        Assert.Equal((status, unknown), ((int)answer.StatusCode, answer.OutcomeUnknown));
    }
}

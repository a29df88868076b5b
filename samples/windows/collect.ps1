<#
.SYNOPSIS
    Writes everything fwproof wants to know of this server's Windows Firewall into one zip file.
.DESCRIPTION
    Only reads: rules, profiles, dynamic port ranges, addresses and server roles. Needs no internet and changes
    nothing. Connection security settings are not collected, because they may hold pre-shared keys.
    Runs on Windows Server 2008 R2 (PowerShell 2.0) and later, in any language; start it as administrator:
        powershell -ExecutionPolicy Bypass -File collect.ps1
    Then: fwproof audit SERVER-firewall.zip
.PARAMETER Folder
    Where the zip is written (a folder of the same name where nothing can make a zip); the current folder if not given.
#>
param([string]$Folder = (Get-Location).Path)

$ErrorActionPreference = 'Stop'
$user = New-Object Security.Principal.WindowsPrincipal([Security.Principal.WindowsIdentity]::GetCurrent())
if (-not $user.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
    Write-Error 'Start this script from an elevated prompt ("Run as administrator").'
}

function Save-ActiveStore([string]$File) {
    $own = -split ('Name InstanceID DisplayName DisplayGroup Enabled Profile Direction Action EdgeTraversalPolicy ' +
        'Owner PolicyStoreSource PolicyStoreSourceType PolicyAppId RemoteDynamicKeywordAddresses')
    $kinds = @{
        Port          = -split 'Protocol LocalPort RemotePort IcmpType DynamicTarget'
        Address       = -split 'LocalAddress RemoteAddress'
        Application   = -split 'Program Package'
        Service       = @('Service')
        Interface     = @('InterfaceAlias')
        InterfaceType = @('InterfaceType')
        Security      = -split 'Authentication Encryption OverrideBlockRules LocalUser RemoteUser RemoteMachine'
    }
    # One call for each kind of filter, not one for each rule: a server has hundreds of rules.
    $tables = @{}
    foreach ($kind in $kinds.Keys) {
        $table = $tables[$kind] = @{}
        & "Get-NetFirewall${kind}Filter" -PolicyStore ActiveStore | ForEach-Object { $table[$_.InstanceID] = $_ }
    }
    $rules = @(Get-NetFirewallRule -PolicyStore ActiveStore)
    $seen = @{}
    $rules | ForEach-Object { $seen[$_.InstanceID] = 1 + $seen[$_.InstanceID] }
    $listed = foreach ($rule in $rules) {
        $entry = @{ Platform = @($rule.Platform | ForEach-Object { [string]$_ }) }
        foreach ($name in $own) { $entry[$name] = [string]$rule.$name }
        foreach ($kind in $kinds.Keys) {
            # Two stores may hold rules of one name: then ask for this rule's own filter.
            $filter = $tables[$kind][$rule.InstanceID]
            if ($seen[$rule.InstanceID] -gt 1) {
                $filter = & "Get-NetFirewall${kind}Filter" -AssociatedNetFirewallRule $rule
            }
            # What is not there is left out, so that it stays unknown: an empty value would mean "any".
            foreach ($name in $kinds[$kind]) {
                if ($filter -and $filter.PSObject.Properties[$name]) {
                    $entry[$name] = @($filter.$name | ForEach-Object { [string]$_ })
                }
            }
        }
        $entry
    }
    [IO.File]::WriteAllText($File, (ConvertTo-Json @{ store = 'ActiveStore'; rules = @($listed) } -Depth 5))
}

$Folder = (Resolve-Path $Folder).ProviderPath
$server = $env:COMPUTERNAME
$work = Join-Path $env:TEMP ('fwproof-' + [Guid]::NewGuid())
New-Item -ItemType Directory -Path $work | Out-Null
Push-Location $work
try {
    # netsh: raw bytes, so that no code page gets in between.
    cmd.exe /c 'netsh advfirewall firewall show rule name=all verbose > netsh-rules.txt'
    cmd.exe /c 'netsh advfirewall show allprofiles > netsh-allprofiles.txt'
    cmd.exe /c 'netsh advfirewall show currentprofile > netsh-currentprofile.txt'
    foreach ($family in 'ipv4', 'ipv6') {
        foreach ($protocol in 'tcp', 'udp') {
            cmd.exe /c "netsh int $family show dynamicport $protocol >> netsh-dynamicports.txt"
        }
    }

    # The registry: local policy and group policy, rules and profiles only.
    $local = 'HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy'
    $group = 'HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall'
    $parts = -split 'FirewallRules DomainProfile StandardProfile PrivateProfile PublicProfile RestrictedServices Mdm'
    foreach ($key in @($parts | ForEach-Object { "$local\$_" }) + @($parts | ForEach-Object { "$group\$_" })) {
        if (Test-Path ($key -replace '^HKLM', 'HKLM:')) {
            cmd.exe /c "reg export $key part.reg /y > nul"
            Add-Content registry.reg (Get-Content part.reg) -Encoding Unicode
            Remove-Item part.reg
        }
    }

    # The active store with all filters, where the cmdlets exist (Windows Server 2012 and later).
    if (Get-Command Get-NetFirewallRule -ErrorAction SilentlyContinue) {
        try { Save-ActiveStore "$work\active-store.json" }
        catch { Write-Warning "The active store cannot be read ($_): netsh and the registry must do." }
    }

    # The manifest: written by hand, because PowerShell 2.0 has no ConvertTo-Json.
    function Format-Text([string]$Text) { '"' + $Text.Replace('\', '\\').Replace('"', '\"') + '"' }
    function Format-List($Texts) { '[' + (@($Texts | ForEach-Object { Format-Text $_ }) -join ', ') + ']' }
    $ask = if (Get-Command Get-CimInstance -ErrorAction SilentlyContinue) { 'Get-CimInstance' } else { 'Get-WmiObject' }
    $system = & $ask Win32_OperatingSystem
    $addresses = @(foreach ($card in & $ask Win32_NetworkAdapterConfiguration | Where-Object { $_.IPEnabled }) {
        for ($i = 0; $i -lt $card.IPAddress.Count; $i++) { $card.IPAddress[$i] + '/' + $card.IPSubnet[$i] }
    })
    $exchange = 'HKLM:\SOFTWARE\Microsoft\ExchangeServer\v14'
    $roles = @('ClientAccessRole', 'HubTransportRole', 'MailboxRole', 'UnifiedMessagingRole', 'EdgeTransportRole' |
        Where-Object { Test-Path "$exchange\$_" })
    if (Test-Path 'HKLM:\SYSTEM\CurrentControlSet\Services\NTDS\Parameters') { $roles += 'DomainController' }
    $files = @(Get-ChildItem $work | ForEach-Object { $_.Name })
    [IO.File]::WriteAllText("$work\manifest.json", @"
{
  "schema": "fwproof-collect/1",
  "script": "1",
  "host": $(Format-Text $server),
  "caption": $(Format-Text $system.Caption),
  "version": $(Format-Text $system.Version),
  "collected": $(Format-Text ([DateTime]::UtcNow.ToString('s') + 'Z')),
  "addresses": $(Format-List $addresses),
  "roles": $(Format-List $roles),
  "files": $(Format-List $files)
}
"@)

    $zip = Join-Path $Folder "$server-firewall.zip"
    if (Test-Path $zip) { Remove-Item $zip }
    try { Add-Type -AssemblyName WindowsBase; $packs = $true } catch { $packs = $false }
    if (Get-Command Compress-Archive -ErrorAction SilentlyContinue) {
        Compress-Archive -Path "$work\*" -DestinationPath $zip
    } elseif ($packs) {
        $package = [IO.Packaging.Package]::Open($zip, [IO.FileMode]::Create)
        foreach ($file in Get-ChildItem $work) {
            $uri = New-Object Uri("/$($file.Name)", [UriKind]::Relative)
            $part = $package.CreatePart($uri, 'application/octet-stream', [IO.Packaging.CompressionOption]::Normal)
            $bytes = [IO.File]::ReadAllBytes($file.FullName)
            $stream = $part.GetStream()
            $stream.Write($bytes, 0, $bytes.Length)
            $stream.Close()
        }
        $package.Close()
    } else {
        # Windows Server 2008 R2 without .NET 3.5: fwproof reads the folder as well.
        $zip = Join-Path $Folder "$server-firewall"
        New-Item -ItemType Directory -Path $zip -Force | Out-Null
        Copy-Item "$work\*" $zip -Force
    }
    Write-Output "Written: $zip"
} finally {
    Pop-Location
    Remove-Item -Recurse -Force $work
}
